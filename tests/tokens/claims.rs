//! Signed claims: absent, null, empty, of the wrong JSON type, of the wrong value.
//!
//! Rows that all classes share are here; what only some classes have is below.

mod actors;
mod audience;
mod machines;
mod oauth;
mod sessions;
mod times;

use clerk_auth::Clerk;
use serde_json::{Value, json};

use crate::{
    app::App,
    draft::{Class, Draft},
};

/// Values that are no string with something in it.
fn no_text() -> Vec<Option<Value>> {
    let values = [json!(null), json!(""), json!(7), json!(true), json!({}), json!(["user_ada"])];
    values.into_iter().map(Some).chain([None]).collect()
}

/// Signs a good token of the class with one claim changed, and asserts what becomes of it.
async fn decides(app: &App, class: Class, name: &str, value: Option<Value>, enters: bool) {
    let token = class.draft(&app.issuer).claim(name, value.clone()).sign(&app.issuer);
    app.decides(class.route(), &token, enters, (class, name, value)).await;
}

#[tokio::test]
async fn good_token_of_each_class_enters_without_a_call_once_keys_are_loaded() {
    let app = App::start().await.warm().await;
    for class in Class::ALL {
        for route in [class.route(), "/any"] {
            app.accepts(route, &class.token(&app.issuer), class).await;
        }
    }
}

#[tokio::test]
async fn subject_is_an_id_of_its_class() {
    let app = App::start().await.warm().await;
    for class in Class::ALL {
        for value in no_text() {
            decides(&app, class, "sub", value, false).await;
        }
        let prefix = if class == Class::M2m { "mch_" } else { "user_" };
        for value in [
            prefix.to_owned(),
            format!(" {prefix}a"),
            format!("{}a", prefix.to_uppercase()),
            format!("{prefix}a\n"),
            format!("{prefix}a\r\nset-cookie: a=b"),
            format!("{prefix}\u{0}a"),
            format!("{prefix}\u{7f}"),
            format!("{prefix}\u{85}"),
            "org_a".to_owned(),
            "client_a".to_owned(),
            "ada".to_owned(),
            if class == Class::M2m { "user_ada" } else { "mch_ada" }.to_owned(),
        ] {
            decides(&app, class, "sub", Some(value.into()), false).await;
        }
        decides(&app, class, "sub", Some(format!("{prefix}b").into()), true).await;
        // Half of a surrogate pair is no text.
        let half = class.draft(&app.issuer);
        let half = half.sign_with_raw(&app.issuer, "sub", &format!(r#""{prefix}\ud800""#));
        app.rejects(class.route(), &half, class).await;
    }
}

#[tokio::test]
async fn issuer_is_compared_as_an_exact_string() {
    let app = App::start().await.warm().await;
    let ours = app.issuer.issuer().to_owned();
    let host = ours.strip_prefix("https://").unwrap();
    for class in Class::ALL {
        for value in no_text() {
            decides(&app, class, "iss", value, false).await;
        }
        for value in [
            json!([ours]),
            json!(format!("{ours}/")),
            json!(format!(" {ours}")),
            json!(ours.to_uppercase()),
            json!(format!("http://{host}")),
            json!(host),
            json!(ours[..ours.len() - 1]),
            json!("https://clerk.other.example"),
        ] {
            decides(&app, class, "iss", Some(value), false).await;
        }
        decides(&app, class, "iss", Some(json!(ours)), true).await;
    }
}

#[tokio::test]
async fn issuer_is_known_from_the_publishable_key_and_what_is_set_wins() {
    let app = App::start().await;
    let base = || {
        let issuer = &app.issuer;
        Clerk::builder().api_url(issuer.url()).secret_key(issuer.secret_key()).any_machine()
    };
    let known = base().publishable_key(app.issuer.publishable_key());
    let set = base().publishable_key(app.issuer.publishable_key()).issuer("https://proxy.example");
    let set = set.frontend_api_url("https://proxy.example");
    let (ours, proxy) = (json!(app.issuer.issuer()), json!("https://proxy.example"));
    let unknown = app.only(base()).await.warm().await;
    let known = app.only(known).await.warm().await;
    let set = app.only(set).await;
    let token = app.issuer.session("user_ada").claim("iss", proxy.clone()).jwt();
    set.answers("/session", &token, 200, 1, "the first token loads the keys").await;
    for class in Class::ALL {
        for (iss, when_unknown, when_known, when_set) in [
            (Some(ours.clone()), true, true, false),
            (Some(proxy.clone()), true, false, true),
            (Some(json!(null)), true, false, false),
            (Some(json!(7)), true, false, false),
            (None, true, false, false),
        ] {
            decides(&unknown, class, "iss", iss.clone(), when_unknown).await;
            decides(&known, class, "iss", iss.clone(), when_known).await;
            decides(&set, class, "iss", iss, when_set).await;
        }
    }
}

/// A primary and a satellite domain: one key set, two issuers.
#[tokio::test]
async fn each_of_several_issuers_is_compared_as_an_exact_string() {
    let app = App::start().await;
    let ours = app.issuer.issuer().to_owned();
    let satellite = "https://clerk.satellite.example";
    let both = app.again(|clerk| clerk.issuers([ours.as_str(), satellite])).await.warm().await;
    let none = app.again(|clerk| clerk.issuers(["https://clerk.other.example", satellite])).await;
    let token = app.issuer.session("user_ada").claim("iss", satellite).jwt();
    none.answers("/session", &token, 200, 1, "the first token loads the keys").await;
    for class in Class::ALL {
        for (iss, enters, enters_other) in [
            (json!(ours), true, false),
            (json!(satellite), true, true),
            (json!([ours, satellite]), false, false),
            (json!(format!("{ours},{satellite}")), false, false),
            (json!(format!("{satellite}/")), false, false),
            (json!("https://CLERK.satellite.example"), false, false),
            (json!("https://clerk.satellite.example.evil.example"), false, false),
            (json!("https://clerk"), false, false),
            (json!(""), false, false),
            (json!(null), false, false),
        ] {
            decides(&both, class, "iss", Some(iss.clone()), enters).await;
            decides(&none, class, "iss", Some(iss), enters_other).await;
        }
        decides(&both, class, "iss", None, false).await;
    }
}

#[tokio::test]
async fn token_bound_to_a_key_is_rejected_without_a_fetch() {
    let app = App::start().await;
    for class in Class::ALL {
        for value in [json!({"jkt": "0ZcOCORZNYy"}), json!({}), json!(null), json!("x")] {
            decides(&app, class, "cnf", Some(value), false).await;
        }
    }
    app.warm().await;
}

#[tokio::test]
async fn claims_that_nobody_knows_change_nothing() {
    let app = App::start().await.warm().await;
    for class in Class::ALL {
        for value in [json!(null), json!({"sub": "user_eve", "a": [1, {"b": null}]}), json!("é\n")]
        {
            decides(&app, class, "anything", Some(value), true).await;
        }
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let deep = class.draft(&app.issuer).sign_with_raw(&app.issuer, "anything", &deep);
        app.accepts(class.route(), &deep, class).await;
    }
}

#[tokio::test]
async fn optional_claims_are_strings_or_nothing() {
    let app = App::start().await.warm().await;
    let member = app.issuer.session("user_ada").version_1().organization("org_a", "a", "editor");
    let member = Draft::of(&member.jwt());
    for (draft, route, name) in [
        (Class::OAuth.draft(&app.issuer), "/oauth", "jti"),
        (Class::M2m.draft(&app.issuer), "/m2m", "jti"),
        (member.clone(), "/session", "org_id"),
        (member.clone(), "/session", "org_slug"),
        (member, "/session", "org_role"),
    ] {
        for (value, enters) in [
            (None, true),
            (Some(json!(null)), true),
            (Some(json!("org_text")), true),
            (Some(json!(7)), false),
            (Some(json!(["text"])), false),
            (Some(json!("line\nbreak")), false),
        ] {
            let token = draft.clone().claim(name, value.clone()).sign(&app.issuer);
            app.decides(route, &token, enters, (route, name, value)).await;
        }
    }
}
