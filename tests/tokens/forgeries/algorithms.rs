//! `alg`: none, keyed with what is public, or another than the key's.

use std::time::Duration;

use clerk_auth::testing::{Answer, Endpoint};
use clerk_auth_tests::base64url;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use super::{key_of, rejected_locally};
use crate::{
    app::App,
    draft::{Class, decode},
};

/// `none` in every mix of cases.
fn nones() -> impl Iterator<Item = String> {
    (0..16).map(|mix| {
        let upper = |place: usize| mix >> place & 1 == 1;
        let letters = "none".chars().enumerate();
        letters
            .map(|(at, letter)| if upper(at) { letter.to_ascii_uppercase() } else { letter })
            .collect()
    })
}

#[tokio::test]
async fn unsigned_tokens_are_rejected_in_every_spelling() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    for class in Class::ALL {
        for none in nones() {
            let draft = class.draft(&app.issuer).header("alg", Some(json!(none)));
            let text = draft.signed_text();
            for signature in ["", "AA"] {
                tokens.push(((class, none.clone()), format!("{text}.{signature}")));
            }
            tokens.push(((class, none.clone()), text));
            // Even under the signature of the right key.
            tokens.push(((class, none), draft.sign(&app.issuer)));
        }
    }
    rejected_locally(app, tokens).await;
}

/// What stands before the key itself in the DER of an RSA public key of 2048 bits (RFC 5280 §4.1).
const SPKI_HEADER: usize = 24;

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat().into_bytes()
}

/// The classic confusion: a public key is no secret, so whoever has it could make these.
#[tokio::test]
async fn tokens_keyed_with_what_is_public_are_rejected() {
    let app = App::start().await;
    let pem = app.issuer.public_key_pem();
    let key = key_of(&app.issuer).await;
    let modulus = key["n"].as_str().unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let secrets = [
        ("PEM", pem.clone().into_bytes()),
        ("PEM without the last newline", pem.trim_end().into()),
        ("PEM with CRLF", pem.replace('\n', "\r\n").into_bytes()),
        ("body of the PEM", body.clone().into_bytes()),
        ("DER", decode(&body)),
        ("PEM with literal \\n", pem.replace('\n', "\\n").into_bytes()),
        ("PEM without line breaks", pem.replace('\n', "").into_bytes()),
        ("DER of PKCS #1", decode(&body)[SPKI_HEADER..].to_vec()),
        ("body of the PEM in base64url", base64url(&decode(&body)).into_bytes()),
        ("modulus", decode(modulus)),
        ("text of the modulus", modulus.into()),
        ("modulus in hexadecimal", hexadecimal(&decode(modulus))),
        ("modulus and exponent", [decode(modulus), vec![1, 0, 1]].concat()),
        ("key set", json!({ "keys": [key] }).to_string().into_bytes()),
        ("JWK", key.to_string().into_bytes()),
        ("key id", app.issuer.key_id().into_bytes()),
        ("publishable key", app.issuer.publishable_key().into()),
        ("nothing", Vec::new()),
    ];
    let local = app.again(|clerk| clerk.jwt_key(&pem)).await;
    let fresh = app.again(|clerk| clerk).await;
    let before = app.issuer.calls();
    for class in Class::ALL {
        for (name, algorithm) in
            [("HS256", Algorithm::HS256), ("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)]
        {
            let text = class.draft(&app.issuer).header("alg", Some(json!(name))).signed_text();
            for (secret, bytes) in &secrets {
                let key = EncodingKey::from_secret(bytes);
                let signature = crypto::sign(text.as_bytes(), &key, algorithm).unwrap();
                let forged = format!("{text}.{signature}");
                for route in [class.route(), "/any"] {
                    fresh.rejects(route, &forged, (class, name, secret)).await;
                    local.rejects(route, &forged, (class, name, secret)).await;
                }
            }
        }
    }
    assert_eq!(app.issuer.calls(), before);
    fresh.warm().await;
}

#[tokio::test]
async fn other_algorithms_are_rejected_even_under_a_good_signature() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    let names = [
        "HS256",
        "HS384",
        "HS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES384",
        "ES512",
        "ES256K",
        "EdDSA",
        "Ed25519",
        "RS1",
        "rs256",
        "Rs256",
        "RS256 ",
        " RS256",
        "RS256\u{0}",
        "RS2560",
        "SHA256withRSA",
        "RSA-OAEP",
        "dir",
        "",
    ];
    let values = [json!(null), json!(256), json!(["RS256"]), json!({"alg": "RS256"}), json!(true)];
    let values: Vec<Option<Value>> =
        names.map(Value::from).into_iter().chain(values).map(Some).chain([None]).collect();
    for class in Class::ALL {
        for value in &values {
            let token = class.draft(&app.issuer).header("alg", value.clone()).sign(&app.issuer);
            tokens.push(((class, value), token));
        }
    }
    rejected_locally(app, tokens).await;
}

/// The algorithm is the key's: the header may only repeat it.
#[tokio::test]
async fn header_names_the_algorithm_of_the_key() {
    let app = App::start().await;
    let key = key_of(&app.issuer).await;
    for (of_the_key, accepted) in [
        (Some(json!("RS256")), Some("RS256")),
        (Some(json!("RS384")), Some("RS384")),
        (Some(json!("RS512")), Some("RS512")),
        (None, Some("RS256")),
        (Some(json!(null)), None),
        (Some(json!("PS256")), None),
        (Some(json!("HS256")), None),
        (Some(json!("none")), None),
        (Some(json!("rs256")), None),
        (Some(json!("")), None),
    ] {
        let mut key = key.clone();
        match &of_the_key {
            Some(name) => key["alg"] = name.clone(),
            None => drop(key.as_object_mut().unwrap().remove("alg")),
        }
        let set = json!({ "keys": [key] }).to_string();
        app.issuer.answer_with(Endpoint::KeySet, Answer::body(200, "application/json", set));
        for name in ["RS256", "RS384", "RS512"] {
            // The keys from the row before have run out.
            app.clock.advance(Duration::from_secs(300));
            let status = match accepted {
                Some(algorithm) if algorithm == name => 200,
                Some(_) => 401,
                // A set without a usable key: the fault is not the caller's.
                None => 503,
            };
            for class in Class::ALL {
                let draft = class.draft(&app.issuer).header("alg", Some(json!(name)));
                // Expired keys are loaded once. A key for another algorithm causes one more.
                let loads = class == Class::Session || class == Class::OAuth && status == 401;
                let calls = usize::from(loads);
                let token = draft.sign(&app.issuer);
                app.answers(class.route(), &token, status, calls, (class, name, &of_the_key)).await;
            }
        }
    }
}

/// The signature is of the key's algorithm and the header names another: a lie is no token, even
/// where the signature would fit.
#[tokio::test]
async fn header_with_another_algorithm_than_its_signature_is_rejected() {
    let app = App::start().await.warm_for_forgers().await;
    let pem = app.issuer.public_key_pem();
    let local = app.again(|clerk| clerk.jwt_key(pem)).await;
    for class in Class::ALL {
        for (name, enters) in [("RS256", true), ("RS384", false), ("RS512", false)] {
            let draft = class.draft(&app.issuer).header("alg", Some(json!(name)));
            let (header, payload) = (draft.header_json(), draft.payload_json());
            let token = app.issuer.sign_bytes_rs256(header.as_bytes(), payload.as_bytes());
            app.decides(class.route(), &token, enters, (class, name)).await;
            local.decides(class.route(), &token, enters, (class, name)).await;
        }
    }
}
