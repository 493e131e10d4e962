//! Recipients of M2M tokens: `scopes`, else `aud`; ours must be among them.

use clerk_auth::Clerk;
use serde_json::{Value, json};

use crate::{app::App, draft::Class};

/// `scopes`, `aud`, and whether they name `ours`; `None` where nobody can read them.
fn rows(ours: &str) -> Vec<(Option<Value>, Option<Value>, Option<bool>)> {
    let some = Some::<Value>;
    vec![
        (some(json!(ours)), None, Some(true)),
        (some(json!(format!("mch_other {ours}"))), None, Some(true)),
        (some(json!(format!(" {ours}  mch_other "))), None, Some(true)),
        (None, some(json!([ours])), Some(true)),
        (None, some(json!(ours)), Some(true)),
        (None, some(json!(["mch_other", ours])), Some(true)),
        (None, None, Some(false)),
        (some(json!("")), None, Some(false)),
        (some(json!(" ")), None, Some(false)),
        (some(json!("mch_other")), None, Some(false)),
        (some(json!(format!("{ours}x"))), None, Some(false)),
        (some(json!(ours[..ours.len() - 1])), None, Some(false)),
        (some(json!(ours.to_uppercase())), None, Some(false)),
        (some(json!(format!("{ours}\tmch_other"))), None, Some(false)),
        (some(json!(format!("{ours},mch_other"))), None, Some(false)),
        (None, some(json!([])), Some(false)),
        (None, some(json!("mch_other")), Some(false)),
        (None, some(json!(format!("{ours} mch_other"))), Some(false)),
        // `scopes` wins, even where it is empty.
        (some(json!("mch_other")), some(json!([ours])), Some(false)),
        (some(json!("")), some(json!([ours])), Some(false)),
        // The wrong JSON type refuses.
        (some(json!(null)), some(json!([ours])), None),
        (some(json!([ours])), None, None),
        (some(json!(7)), some(json!([ours])), None),
        (None, some(json!(null)), Some(false)),
        (None, some(json!("")), None),
        (None, some(json!([ours, ""])), None),
        (None, some(json!([ours, 7])), None),
        (None, some(json!({"0": ours})), None),
        // So does `aud`, though `scopes` wins.
        (some(json!(ours)), some(json!(null)), Some(true)),
        (some(json!(ours)), some(json!("https://other.example")), Some(true)),
        (some(json!(ours)), some(json!(5)), None),
        (some(json!(ours)), some(json!("")), None),
        (some(json!(ours)), some(json!([ours, 7])), None),
        (some(json!(ours)), some(json!({})), None),
    ]
}

fn token(app: &App, scopes: Option<&Value>, aud: Option<&Value>) -> String {
    let draft = Class::M2m.draft(&app.issuer).claim("scopes", scopes.cloned());
    draft.claim("aud", aud.cloned()).sign(&app.issuer)
}

#[tokio::test]
async fn token_for_other_machines_is_rejected() {
    let app = App::start().await.warm().await;
    for (scopes, aud, named) in rows(app.issuer.machine_id()) {
        let token = token(&app, scopes.as_ref(), aud.as_ref());
        app.decides("/m2m", &token, named == Some(true), (scopes, aud)).await;
    }
    let other = app.issuer.m2m("mch_caller").recipients(["mch_other"]).jwt();
    app.rejects("/any", &other, "for another machine").await;
}

#[tokio::test]
async fn any_machine_accepts_every_recipient_that_can_be_read() {
    let app = App::with(clerk_auth::ClerkBuilder::any_machine).await.warm().await;
    for (scopes, aud, named) in rows(app.issuer.machine_id()) {
        let token = token(&app, scopes.as_ref(), aud.as_ref());
        app.decides("/m2m", &token, named.is_some(), (scopes, aud)).await;
    }
    let both = app.issuer.m2m("mch_caller").recipients(["mch_a", "mch_b"]).jwt();
    let caller = app.accepts("/m2m", &both, "two recipients").await;
    assert_eq!(caller["details"]["recipients"], json!(["mch_a", "mch_b"]));
}

/// Without our own id nobody can say whether a token is for us: that is our fault, not the
/// caller's. What is wrong with the token itself is still the caller's.
#[tokio::test]
async fn without_a_machine_id_good_tokens_are_a_fault_of_ours() {
    let app = App::start().await;
    let issuer = &app.issuer;
    let clerk = || Clerk::builder().api_url(issuer.url()).secret_key(issuer.secret_key());
    let nameless = app.only(clerk()).await.warm().await;
    nameless.answers("/m2m", &Class::M2m.token(issuer), 500, 0, "a good JWT").await;
    nameless.answers("/m2m", &issuer.m2m("mch_caller").opaque(), 500, 0, "a good opaque").await;
    nameless.rejects("/m2m", &issuer.m2m("mch_caller").expired().jwt(), "expired").await;
    nameless.accepts("/any", &Class::Session.token(issuer), "other classes").await;

    // Asked with this machine's own key, Clerk checks the recipient of an opaque token itself.
    let keyed = app.only(clerk().machine_secret_key(issuer.machine_secret_key())).await;
    keyed.answers("/m2m", &issuer.m2m("mch_caller").opaque(), 200, 1, "ours").await;
    let other = issuer.m2m("mch_caller").recipients(["mch_other"]).opaque();
    keyed.answers("/m2m", &other, 401, 1, "for another machine").await;
}

#[tokio::test]
async fn recipients_of_opaque_tokens_are_checked_where_clerk_does_not() {
    let app = App::start().await;
    let issuer = &app.issuer;
    let clerk = || {
        let clerk = Clerk::builder().api_url(issuer.url()).secret_key(issuer.secret_key());
        clerk.machine_id(issuer.machine_id())
    };
    let ours = app.only(clerk()).await;
    let any = app.only(clerk().any_machine()).await;
    for (recipients, enters) in [
        (vec![issuer.machine_id()], true),
        (vec!["mch_other", issuer.machine_id()], true),
        (vec!["mch_other"], false),
        (vec![], false),
    ] {
        let token = issuer.m2m("mch_caller").recipients(recipients.clone()).opaque();
        let status = if enters { 200 } else { 401 };
        ours.answers("/m2m", &token, status, 1, &recipients).await;
        any.answers("/m2m", &token, 200, 1, recipients).await;
    }
}

/// Clerk compares the recipients with the machine of the secret key. That can be another machine
/// than the configured one.
#[tokio::test]
async fn machine_id_is_compared_beside_a_machine_secret_key_too() {
    let app = App::start().await;
    let issuer = &app.issuer;
    let clerk = || {
        let clerk = Clerk::builder().api_url(issuer.url()).secret_key(issuer.secret_key());
        clerk.machine_secret_key(issuer.machine_secret_key())
    };
    let ours = app.only(clerk().machine_id(issuer.machine_id())).await;
    let another = app.only(clerk().machine_id("mch_another")).await;
    let nameless = app.only(clerk()).await;
    let any = app.only(clerk().machine_id("mch_another").any_machine()).await;
    let this = issuer.machine_id();
    for (recipients, for_ours, for_another) in [
        (vec![this], 200, 401),
        (vec!["mch_other", this], 200, 401),
        (vec!["mch_another", this], 200, 200),
    ] {
        let token = issuer.m2m("mch_caller").recipients(recipients.clone()).opaque();
        ours.answers("/m2m", &token, for_ours, 1, &recipients).await;
        another.answers("/m2m", &token, for_another, 1, &recipients).await;
        nameless.answers("/m2m", &token, 200, 1, &recipients).await;
        any.answers("/m2m", &token, 200, 1, &recipients).await;
    }
    let another = another.warm().await;
    another.rejects("/m2m", &issuer.m2m("mch_caller").jwt(), "a JWT for another machine").await;
}
