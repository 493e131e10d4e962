//! `crit`, `b64`, `zip`, `typ` and hostile values of `kid`.

use serde_json::{Value, json};

use super::refused_locally;
use crate::{app::App, draft::Class};

#[tokio::test]
async fn extensions_that_are_not_understood_are_refused() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    for class in Class::ALL {
        for (name, value) in [
            ("crit", json!([])),
            ("crit", json!(["exp"])),
            ("crit", json!(["b64"])),
            ("crit", json!(["http://openbanking.example/iat"])),
            ("crit", json!(null)),
            ("crit", json!("exp")),
            ("crit", json!({})),
            ("b64", json!(false)),
            ("b64", json!(true)),
            ("b64", json!(null)),
            ("zip", json!("DEF")),
            ("zip", json!("")),
            ("zip", json!(null)),
        ] {
            let draft = class.draft(&app.issuer).header(name, Some(value.clone()));
            tokens.push(((class, name, value), draft.sign(&app.issuer)));
        }
    }
    refused_locally(app, tokens).await;
}

#[tokio::test]
async fn members_of_the_header_that_nobody_knows_change_nothing() {
    let app = App::start().await.warm().await;
    for class in Class::ALL {
        for (name, value) in [
            ("oiat", json!(1_800_000_000)),
            ("cty", json!("JWT")),
            ("CRIT", json!(["exp"])),
            ("exp", json!(1)),
            ("sub", json!("user_eve")),
            ("anything", json!({"a": [null]})),
        ] {
            let draft = class.draft(&app.issuer).header(name, Some(value.clone()));
            app.accepts(class.route(), &draft.sign(&app.issuer), (class, name, value)).await;
        }
    }
}

#[tokio::test]
async fn key_id_is_a_string_with_something_in_it() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    let bad = [json!(null), json!(""), json!(7), json!(true), json!([]), json!({})];
    let ours = app.issuer.key_id();
    let bad = bad.into_iter().chain([json!([ours])]).map(Some).chain([None]);
    for value in bad.collect::<Vec<Option<Value>>>() {
        for class in Class::ALL {
            let token = class.draft(&app.issuer).header("kid", value.clone()).sign(&app.issuer);
            tokens.push(((class, value.clone()), token));
        }
    }
    refused_locally(app, tokens).await;
}

/// Strings that are special somewhere are nothing special here: the key is not found.
#[tokio::test]
async fn hostile_key_ids_are_ordinary_strings() {
    let app = App::start().await.warm().await;
    let ours = app.issuer.key_id();
    let kids = [
        "__proto__".to_owned(),
        "constructor".to_owned(),
        "toString".to_owned(),
        "../../x".to_owned(),
        "/etc/passwd".to_owned(),
        "..%2f..%2fx".to_owned(),
        "https://evil.example/jwks.json".to_owned(),
        "' OR '1'='1".to_owned(),
        "a\r\nx: y".to_owned(),
        "\u{0}".to_owned(),
        format!("{ours}\u{0}"),
        format!("{ours} "),
        format!(" {ours}"),
        ours.to_uppercase(),
        ours.to_lowercase(),
        ours[..ours.len() - 1].to_owned(),
        format!("{ours}{ours}"),
        "k".repeat(10 * 1024),
        "*".to_owned(),
        ".".to_owned(),
        "\u{202e}".to_owned(),
    ];
    let before = app.issuer.calls().key_set;
    for kid in &kids {
        for class in Class::ALL {
            let draft = class.draft(&app.issuer).header("kid", Some(json!(kid)));
            let reply = app.server().get(class.route(), &draft.sign(&app.issuer)).await;
            assert_eq!(reply.status, 401, "{class:?} {kid:?}");
        }
    }
    // One load for the first of them, and none for the rest.
    assert_eq!(app.issuer.calls().key_set, before + 1);
    // An escape is the same string.
    let escaped = format!("\\u0069{}", &ours[1..]);
    for class in Class::ALL {
        let draft = class.draft(&app.issuer);
        let header = draft.header_json().replace(&ours, &escaped);
        let token = app.issuer.sign_bytes(header.as_bytes(), draft.payload_json().as_bytes());
        app.accepts(class.route(), &token, "an escaped kid").await;
    }
}
