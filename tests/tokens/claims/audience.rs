//! `aud` and `azp`: what they must be where something is configured, and where nothing is.

use serde_json::{Value, json};

use super::decides;
use crate::{app::App, draft::Class};

const OURS: &str = "https://api.example.com";
const SECOND: &str = "urn:notes";

/// Values of `aud`, and whether they name one of ours.
fn audiences() -> Vec<(Option<Value>, bool)> {
    let named = [
        (json!(OURS), true),
        (json!(SECOND), true),
        (json!([OURS]), true),
        (json!([SECOND, OURS]), true),
        (json!(["https://other.example", OURS]), true),
        (json!(null), false),
        (json!(""), false),
        (json!([]), false),
        (json!([""]), false),
        (json!({}), false),
        (json!({"0": OURS}), false),
        (json!(7), false),
        (json!(true), false),
        (json!([OURS, 7]), false),
        (json!([OURS, null]), false),
        (json!([OURS, ""]), false),
        (json!([[OURS]]), false),
        (json!("https://other.example"), false),
        (json!(["https://other.example"]), false),
        (json!(format!("{OURS}/")), false),
        (json!(OURS.to_uppercase()), false),
        (json!(format!("{OURS} {SECOND}")), false),
        (json!(format!("{OURS},{SECOND}")), false),
        (json!(OURS[..OURS.len() - 1]), false),
    ];
    let named = named.into_iter().map(|(value, enters)| (Some(value), enters));
    named.chain([(None, false)]).collect()
}

#[tokio::test]
async fn oauth_audience_is_enforced_where_it_is_configured() {
    let app = App::with(|clerk| clerk.audience([OURS, SECOND])).await.warm().await;
    for (value, enters) in audiences() {
        decides(&app, Class::OAuth, "aud", value, enters).await;
    }
    // It is the audience of OAuth tokens alone.
    for class in [Class::Session, Class::M2m] {
        for value in [None, Some(json!("https://other.example")), Some(json!([]))] {
            decides(&app, class, "aud", value, true).await;
        }
    }
}

#[tokio::test]
async fn oauth_audience_is_enforced_for_opaque_tokens_too() {
    let app = App::with(|clerk| clerk.audience([OURS, SECOND])).await;
    let token = |value: Option<Value>| {
        let token = app.issuer.oauth("user_ada");
        match value {
            Some(value) => token.claim("aud", value).opaque(),
            None => token.without_claim("aud").opaque(),
        }
    };
    for (value, enters) in audiences() {
        let status = if enters { 200 } else { 401 };
        app.answers("/oauth", &token(value.clone()), status, 1, value).await;
    }
}

#[tokio::test]
async fn session_audience_is_enforced_where_it_is_configured() {
    let app = App::with(|clerk| clerk.session_audience([OURS, SECOND])).await;
    let first = app.issuer.session("user_ada").claim("aud", OURS).jwt();
    app.answers("/session", &first, 200, 1, "the first token loads the keys").await;
    for (value, enters) in audiences() {
        decides(&app, Class::Session, "aud", value, enters).await;
    }
    for class in [Class::OAuth, Class::M2m] {
        decides(&app, class, "aud", None, true).await;
        decides(&app, class, "aud", Some(json!("https://other.example")), true).await;
    }
}

#[tokio::test]
async fn unconfigured_audience_may_be_any_or_none_but_not_malformed() {
    let app = App::start().await.warm().await;
    for (value, enters) in [
        (None, true),
        (Some(json!(null)), true),
        (Some(json!([])), true),
        (Some(json!("https://other.example")), true),
        (Some(json!(["a", "b"])), true),
        (Some(json!("")), false),
        (Some(json!(7)), false),
        (Some(json!(true)), false),
        (Some(json!({})), false),
        (Some(json!([""])), false),
        (Some(json!([null])), false),
        (Some(json!(["a", 7])), false),
        (Some(json!([["a"]])), false),
    ] {
        for class in Class::ALL {
            decides(&app, class, "aud", value.clone(), enters).await;
        }
        let token = app.issuer.oauth("user_ada");
        let token = match &value {
            Some(value) => token.claim("aud", value.clone()).opaque(),
            None => token.opaque(),
        };
        let status = if enters { 200 } else { 401 };
        app.answers("/oauth", &token, status, 1, value).await;
    }
    let two = app.issuer.oauth("user_ada").audience(["a", "b"]).jwt();
    let caller = app.accepts("/oauth", &two, "two audiences").await;
    assert_eq!(caller["details"]["audience"], json!(["a", "b"]));
}

#[tokio::test]
async fn authorized_party_is_one_of_ours_where_any_is_configured() {
    const PARTY: &str = "https://app.example.com";
    let app = App::with(|clerk| clerk.authorized_parties([PARTY, "http://localhost:3000"])).await;
    let first = app.issuer.session("user_ada").authorized_party(PARTY).jwt();
    app.answers("/session", &first, 200, 1, "the first token loads the keys").await;
    for (value, enters) in [
        (Some(json!(PARTY)), true),
        (Some(json!("http://localhost:3000")), true),
        (None, false),
        (Some(json!(null)), false),
        (Some(json!("")), false),
        (Some(json!(7)), false),
        (Some(json!([PARTY])), false),
        (Some(json!({"0": PARTY})), false),
        (Some(json!(format!("{PARTY}/"))), false),
        (Some(json!(format!("{PARTY}:443"))), false),
        (Some(json!("https://APP.example.com")), false),
        (Some(json!("http://app.example.com")), false),
        (Some(json!("app.example.com")), false),
        (Some(json!("https://app.example.co")), false),
        (Some(json!("https://app.example.com.evil.example")), false),
        (Some(json!("http://localhost")), false),
        (Some(json!("http://localhost:3001")), false),
    ] {
        decides(&app, Class::Session, "azp", value.clone(), enters).await;
        // Machines have no origin.
        decides(&app, Class::OAuth, "azp", value.clone(), true).await;
        decides(&app, Class::M2m, "azp", value, true).await;
    }
}

/// Tokens of native applications and servers name no party. One that is named is compared.
#[tokio::test]
async fn party_for_cookies_only_may_be_absent_in_a_field() {
    const PARTY: &str = "https://app.example.com";
    let parties = |clerk: clerk_auth::ClerkBuilder| {
        clerk.authorized_parties([PARTY]).parties_for_cookies_only()
    };
    let app = App::with(parties).await.warm().await;
    for (value, enters) in [
        (None, true),
        (Some(json!(null)), true),
        (Some(json!("")), true),
        (Some(json!(PARTY)), true),
        (Some(json!(7)), false),
        (Some(json!(false)), false),
        (Some(json!([])), false),
        (Some(json!([PARTY])), false),
        (Some(json!(" ")), false),
        (Some(json!("https://other.example")), false),
    ] {
        decides(&app, Class::Session, "azp", value, enters).await;
    }
}

#[tokio::test]
async fn unconfigured_party_is_not_looked_at() {
    let app = App::start().await.warm().await;
    for value in [None, Some(json!(null)), Some(json!(7)), Some(json!("https://other.example"))] {
        decides(&app, Class::Session, "azp", value, true).await;
    }
}
