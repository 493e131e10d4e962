//! One public key in the configuration: its spellings, its algorithm, and what is no such key.

use clerk_auth::Clerk;
use serde_json::json;

use super::samples;
use crate::{app::App, draft::Class};

/// A PEM text of a body without line breaks.
fn armoured(label: &str, body: &str) -> String {
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

#[tokio::test]
async fn pem_is_read_in_every_spelling_that_environments_make_of_it() {
    let app = App::start().await;
    let pem = app.issuer.public_key_pem();
    let body: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    for (row, spelled) in [
        ("as it is", pem.clone()),
        ("without the last line break", pem.trim_end().to_owned()),
        ("literal \\n", pem.replace('\n', "\\n")),
        ("literal \\r\\n", pem.replace('\n', "\\r\\n")),
        ("CRLF", pem.replace('\n', "\r\n")),
        ("CR", pem.replace('\n', "\r")),
        ("spaces", pem.replace('\n', " ")),
        ("indented", pem.replace('\n', "\n\t  ")),
        ("blank lines around", format!("\n\n{pem}\n\n")),
        ("without armour", body.join("\n")),
        ("without armour and line breaks", body.concat()),
        ("without armour, literal \\n", body.join("\\n")),
    ] {
        let local = app.again(|clerk| clerk.jwt_key(spelled)).await;
        for class in Class::ALL {
            local.accepts(class.route(), &class.token(&app.issuer), (row, class)).await;
        }
    }
}

/// One key has one name at most, so it is not compared. What is there must still be one.
#[tokio::test]
async fn key_id_is_not_compared_with_a_pem() {
    let app = App::start().await;
    let pem = app.issuer.public_key_pem();
    let local = app.again(|clerk| clerk.jwt_key(pem)).await;
    for class in Class::ALL {
        for (kid, enters) in [
            (None, true),
            (Some(json!("other")), true),
            (Some(json!("__proto__")), true),
            (Some(json!("")), false),
            (Some(json!(null)), false),
            (Some(json!(7)), false),
        ] {
            let token = class.draft(&app.issuer).header("kid", kid.clone()).sign(&app.issuer);
            local.decides(class.route(), &token, enters, (class, kid)).await;
        }
    }
}

#[tokio::test]
async fn pem_is_for_rs256_and_for_its_own_key() {
    let app = App::start().await;
    let pem = app.issuer.public_key_pem();
    let local = app.again(|clerk| clerk.jwt_key(pem)).await;
    for class in Class::ALL {
        for (alg, enters) in [("RS256", true), ("RS384", false), ("RS512", false)] {
            let token = class.draft(&app.issuer).header("alg", Some(json!(alg)));
            let token = token.sign(&app.issuer);
            local.decides(class.route(), &token, enters, (class, alg)).await;
        }
    }
    // The parser would read the first key of two.
    let body: String =
        app.issuer.public_key_pem().lines().filter(|it| !it.starts_with('-')).collect();
    assert!(Clerk::builder().jwt_key(&*body).build().is_ok());
    let two = Clerk::builder().jwt_key(format!("{body}\n{body}")).build().unwrap_err();
    assert!(two.to_string().contains("has something behind its end"), "{two}");
    // A new key of the instance must be put into the configuration by hand.
    app.issuer.rotate_key().await.unwrap();
    for class in Class::ALL {
        local.rejects(class.route(), &class.token(&app.issuer), class).await;
    }
}

/// Both are signed with OpenSSL: keys that a fixed DER prefix does not fit.
#[tokio::test]
async fn keys_of_4096_bits_and_with_exponent_3_work() {
    let app = App::start().await;
    for (key, token, other) in [
        (samples::RSA_4096, samples::SIGNED_WITH_4096, samples::SIGNED_WITH_EXPONENT_3),
        (samples::RSA_EXPONENT_3, samples::SIGNED_WITH_EXPONENT_3, samples::SIGNED_WITH_4096),
    ] {
        let local = app.only(Clerk::builder().jwt_key(armoured("PUBLIC KEY", key))).await;
        let caller = local.accepts("/session", token, "its own token").await;
        assert_eq!(caller["subject"], "user_ada");
        local.rejects("/session", other, "another key's token").await;
    }
}

/// A key that cannot be used is told at start, with the variable and without the value.
#[test]
fn what_is_no_usable_public_key_fails_at_start() {
    let good = armoured("PUBLIC KEY", samples::RSA_4096);
    let half = &samples::RSA_4096[..samples::RSA_4096.len() / 2];
    for (row, key, reason) in [
        ("1024 bits", armoured("PUBLIC KEY", samples::RSA_1024), "2048"),
        ("EC", armoured("PUBLIC KEY", samples::EC), "not an RSA key"),
        ("Ed25519", armoured("PUBLIC KEY", samples::ED25519), "not an RSA key"),
        ("PKCS #8 private", armoured("PRIVATE KEY", samples::EC_PRIVATE), "private key"),
        ("RSA private", armoured("RSA PRIVATE KEY", samples::EC_PRIVATE), "private key"),
        ("EC private", armoured("EC PRIVATE KEY", samples::EC_PRIVATE), "private key"),
        ("encrypted", armoured("ENCRYPTED PRIVATE KEY", samples::EC_PRIVATE), "private key"),
        ("private without armour", samples::EC_PRIVATE.to_owned(), "RSA key"),
        ("PKCS #1 public", armoured("RSA PUBLIC KEY", samples::PKCS1_1024), "PKCS#1 key"),
        ("PKCS #1 without armour", samples::PKCS1_1024.to_owned(), "RSA key"),
        ("certificate", armoured("CERTIFICATE", samples::RSA_4096), "is a certificate"),
        ("cut", armoured("PUBLIC KEY", half), "is cut off"),
        ("something behind", armoured("PUBLIC KEY", &format!("{}AAAA", samples::EC)), "key"),
        ("two keys", format!("{good}{good}"), "more than one PEM text"),
        ("in quotes", format!("\"{good}\""), "has quotes around it"),
        ("name of a file", "/run/secrets/clerk.pem".to_owned(), "is a path"),
        ("a JWK", r#"{"kty":"RSA","kid":"ins_test"}"#.to_owned(), "is JSON"),
        ("publishable key", "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k".to_owned(), "is a publishable key"),
        ("junk", "not a key".to_owned(), "key"),
        ("nothing", String::new(), "key"),
    ] {
        let error = Clerk::builder().jwt_key(key.clone()).build().unwrap_err().to_string();
        assert!(error.contains("CLERK_JWT_KEY"), "{row}: {error}");
        assert!(error.contains(reason), "{row}: {error}");
        for part in key.lines().filter(|line| !line.starts_with('-')) {
            assert!(part.len() < 8 || !error.contains(&part[..8]), "{row}: {error}");
        }
        let debug = format!("{:?}", Clerk::builder().jwt_key(key.clone()));
        assert!(key.is_empty() || !debug.contains(&key), "{row}");
    }
    assert!(Clerk::builder().jwt_key(good).build().is_ok());
}
