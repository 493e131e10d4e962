//! The signature: of another token, cut, too long, empty, or of another kind.

use clerk_auth::testing::Calls;
use clerk_auth_tests::base64url;
use serde_json::json;

use crate::{
    app::App,
    draft::{Class, decode, parts},
};

/// The size of an RSA signature of 2048 bits.
const SIZE: usize = 256;

#[tokio::test]
async fn signature_is_exactly_that_of_these_bytes() {
    let app = App::start().await.warm_for_forgers().await;
    for class in Class::ALL {
        let good = class.draft(&app.issuer);
        let token = good.clone().sign(&app.issuer);
        let [header, payload, signature] = parts(&token);
        let bytes = decode(signature);
        assert_eq!((bytes.len(), base64url(&bytes).as_str()), (SIZE, signature));
        let other = good.clone().claim("jti", Some(json!("other"))).sign(&app.issuer);
        let rs384 = good.clone().header("alg", Some(json!("RS384"))).sign(&app.issuer);
        let with = |change: fn(Vec<u8>) -> Vec<u8>| change(bytes.clone());
        for (row, bytes) in [
            ("one byte", vec![0]),
            ("cut by a byte", with(|bytes| bytes[..SIZE - 1].to_vec())),
            ("cut by half", with(|bytes| bytes[..SIZE / 2].to_vec())),
            ("without its first byte", with(|bytes| bytes[1..].to_vec())),
            ("one more byte", with(|bytes| [bytes, vec![0]].concat())),
            ("zero in front", with(|bytes| [vec![0], bytes].concat())),
            ("twice", with(|bytes| bytes.repeat(2))),
            ("of 8 KiB", with(|bytes| bytes.repeat(16))),
            ("backwards", with(|bytes| bytes.into_iter().rev().collect())),
            ("all zeros", vec![0; SIZE]),
            ("all zeros, too short", vec![0; 32]),
            ("all ones", vec![0xff; SIZE]),
            ("the number one", with(|_| [vec![0; SIZE - 1], vec![1]].concat())),
            ("of another token", decode(parts(&other)[2])),
            ("of another algorithm", decode(parts(&rs384)[2])),
            ("its own hash function's name", b"SHA256".to_vec()),
            ("an empty sequence in DER", vec![0x30, 0]),
            ("two zeros as of an elliptic curve", vec![0x30, 6, 2, 1, 0, 2, 1, 0]),
        ] {
            let forged = format!("{header}.{payload}.{}", base64url(&bytes));
            app.rejects(class.route(), &forged, (class, row)).await;
        }
        app.accepts(class.route(), &token, class).await;
    }
}

#[tokio::test]
async fn parts_of_good_tokens_cannot_be_mixed() {
    let app = App::start().await.warm_for_forgers().await;
    let tokens = Class::ALL.map(|class| class.token(&app.issuer));
    for one in &tokens {
        for other in &tokens {
            if one == other {
                continue;
            }
            let ([header, payload, signature], [header2, payload2, signature2]) =
                (parts(one), parts(other));
            for mixed in [
                format!("{header2}.{payload}.{signature}"),
                format!("{header}.{payload2}.{signature}"),
                format!("{header}.{payload}.{signature2}"),
                format!("{payload}.{header}.{signature}"),
                format!("{signature}.{payload}.{header}"),
            ] {
                // Session and M2M tokens have headers of their own, so each mix is another text.
                assert!(!tokens.contains(&mixed));
                app.rejects("/any", &mixed, &mixed).await;
            }
        }
    }
}

/// Re-encoded JSON says the same and is signed differently: the bytes as sent are what counts.
#[tokio::test]
async fn signature_covers_the_text_and_not_its_meaning() {
    let app = App::start().await.warm_for_forgers().await;
    for class in Class::ALL {
        let token = class.token(&app.issuer);
        let [header, payload, signature] = parts(&token);
        let spaced = |part: &str| base64url(&[b" ", decode(part).as_slice()].concat());
        for same in [
            format!("{}.{payload}.{signature}", spaced(header)),
            format!("{header}.{}.{signature}", spaced(payload)),
        ] {
            app.rejects(class.route(), &same, class).await;
        }
    }
}

#[tokio::test]
async fn claims_say_nothing_before_the_signature_is_good() {
    let app = App::with(|clerk| clerk.audience(["https://api.example.com"])).await;
    let impostor = super::impostor(&app).await;
    let app = app.warm_for_forgers().await;
    let mut seen = Vec::new();
    for (name, value) in [
        ("aud", json!("https://api.example.com")),
        ("aud", json!("https://other.example")),
        ("exp", json!(1)),
        ("iss", json!("https://other.example")),
    ] {
        let forged = Class::OAuth.draft(&impostor).claim(name, Some(value)).sign(&impostor);
        let reply = app.answers("/oauth", &forged, 401, 0, name).await;
        seen.push((reply.challenge().to_owned(), reply.body));
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(app.issuer.calls(), Calls { key_set: 2, ..Calls::default() });
}
