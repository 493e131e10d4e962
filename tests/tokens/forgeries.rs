//! Tokens that nobody at Clerk made: each is refused with 401.
//!
//! What the token alone decides is asked of an app that has no keys yet. A call would show that
//! the token was looked at further than it had to be.

mod algorithms;
mod headers;
mod json;
mod signatures;
mod text;

use std::fmt::Debug;

use clerk_auth::testing::{Calls, DevIssuer};
use serde_json::{Value, json};

use crate::{app::App, draft::Class};

/// Asserts that an app without keys refuses each token without a call, and that it would enter a
/// good one.
async fn rejected_locally<R: Debug>(app: App, tokens: impl IntoIterator<Item = (R, String)>) {
    for (row, token) in tokens {
        app.rejects("/any", &token, &row).await;
    }
    assert_eq!(app.issuer.calls(), Calls::default());
    app.warm().await;
}

/// An instance that calls itself as ours does, down to the `kid`, and has another key.
pub(crate) async fn impostor(app: &App) -> DevIssuer {
    DevIssuer::builder().impersonate(&app.issuer).start().await.unwrap()
}

/// The first key that an issuer shows.
pub(crate) async fn key_of(issuer: &DevIssuer) -> Value {
    let url = format!("{}/.well-known/jwks.json", issuer.url());
    let set = reqwest::get(url).await.unwrap().text().await.unwrap();
    serde_json::from_str::<Value>(&set).unwrap()["keys"][0].clone()
}

#[tokio::test]
async fn key_of_another_instance_under_the_same_id_is_rejected() {
    let app = App::start().await.warm_for_forgers().await;
    let pem = app.issuer.public_key_pem();
    let local = app.again(|clerk| clerk.jwt_key(pem)).await;
    let impostor = impostor(&app).await;
    assert_eq!(impostor.key_id(), app.issuer.key_id());
    for class in Class::ALL {
        for route in [class.route(), "/any"] {
            let forged = class.token(&impostor);
            app.rejects(route, &forged, class).await;
            local.rejects(route, &forged, class).await;
            let good = class.token(&app.issuer);
            app.accepts(route, &good, class).await;
            local.accepts(route, &good, class).await;
        }
    }
}

#[tokio::test]
async fn opaque_tokens_of_another_instance_are_unknown() {
    let app = App::start().await;
    let impostor = impostor(&app).await;
    for (route, token) in [
        ("/oauth", impostor.oauth("user_ada").opaque()),
        ("/m2m", impostor.m2m("mch_caller").opaque()),
        ("/key", impostor.api_key("user_ada").opaque()),
    ] {
        app.answers(route, &token, 401, 1, route).await;
    }
}

/// A key in the token, or an address of one, is the forger's own.
#[tokio::test]
async fn keys_that_come_with_the_token_are_never_used_nor_fetched() {
    let app = App::start().await.warm_for_forgers().await;
    let impostor = impostor(&app).await;
    let key = key_of(&impostor).await;
    let fetched = impostor.calls();
    let address = json!(format!("{}/.well-known/jwks.json", impostor.url()));
    let certificate = json!(["MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"]);
    let headers = [
        ("jwk", key.clone()),
        ("jwk", json!({"keys": [key]})),
        ("jwks", json!({"keys": [key]})),
        ("jku", address.clone()),
        ("jwks_uri", address.clone()),
        ("x5u", address.clone()),
        ("x5c", certificate),
        ("x5t", json!("AAAA")),
        ("x5t#S256", json!("AAAA")),
        ("epk", key.clone()),
        ("iss", json!(impostor.issuer())),
        ("iss", address),
    ];
    // An unknown `kid` asks our own issuer a few times, and nobody else.
    let unknown = impostor.url();
    let first = Class::Session.draft(&impostor).header("kid", Some(json!(unknown)));
    app.answers_to_strangers("/session", &first.sign(&impostor)).await;
    for class in Class::ALL {
        for kid in [app.issuer.key_id().as_str(), unknown] {
            for (name, value) in &headers {
                let draft = class.draft(&impostor).header(name, Some(value.clone()));
                let forged = draft.header("kid", Some(json!(kid))).sign(&impostor);
                app.rejects(class.route(), &forged, (class, name, kid)).await;
            }
        }
        // They do not harm a good token either: nobody looks at them.
        for (name, value) in &headers {
            let draft = class.draft(&app.issuer).header(name, Some(value.clone()));
            app.accepts(class.route(), &draft.sign(&app.issuer), (class, name)).await;
        }
    }
    assert_eq!(impostor.calls(), fetched);
    assert_eq!(app.issuer.calls().key_set, 1 + 1 + 3);
}
