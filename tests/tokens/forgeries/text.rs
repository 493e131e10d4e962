//! The token's text: parts, padding, the last bits, the alphabet, the length.

use axum::body::Body;
use clerk_auth_tests::{BASE64URL, base64url};
use http::Request;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tower::ServiceExt;

use super::rejected_locally;
use crate::{
    app::{App, router},
    draft::{Class, Draft, parts},
};

/// Good tokens of a class whose payloads end at each of the three places in a group of base64.
fn of_each_length(app: &App, class: Class) -> impl Iterator<Item = String> {
    let draft = class.draft(&app.issuer);
    (0..3).flat_map(move |length| {
        let draft = draft.clone().claim("x", Some(json!("x".repeat(length))));
        let longer = draft.clone().header("x", Some(json!("x".repeat(length))));
        [draft.sign(&app.issuer), longer.sign(&app.issuer)]
    })
}

/// Each way to change one of the three parts.
fn with_each_part(token: &str, change: impl Fn(&str) -> String) -> [String; 3] {
    let [header, payload, signature] = parts(token);
    [
        format!("{}.{payload}.{signature}", change(header)),
        format!("{header}.{}.{signature}", change(payload)),
        format!("{header}.{payload}.{}", change(signature)),
    ]
}

#[tokio::test]
async fn padding_is_rejected_on_each_part_of_each_class() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    for class in Class::ALL {
        for good in of_each_length(&app, class) {
            for padding in ["=", "==", "===", "%3D"] {
                let padded = with_each_part(&good, |part| format!("{part}{padding}"));
                tokens.extend(padded.map(|token| ((class, padding), token)));
            }
            let led = with_each_part(&good, |part| format!("={part}"));
            tokens.extend(led.map(|token| ((class, "in front"), token)));
        }
    }
    rejected_locally(app, tokens).await;
}

/// Where the last character has bits that stand for nothing, only zeros are one token's text.
#[tokio::test]
async fn unused_last_bits_are_zero() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    for class in Class::ALL {
        for good in of_each_length(&app, class) {
            let [header, payload, signature] = parts(&good);
            for (place, part) in [header, payload, signature].into_iter().enumerate() {
                let unused = match part.len() % 4 {
                    2 => 4,
                    3 => 2,
                    _ => continue,
                };
                let last = part.bytes().last().unwrap();
                let value = BASE64URL.iter().position(|known| *known == last).unwrap();
                assert_eq!(value % (1 << unused), 0);
                for bits in 1..1 << unused {
                    let other = char::from(BASE64URL[value + bits]);
                    let odd = format!("{}{other}", &part[..part.len() - 1]);
                    let mut parts = [header, payload, signature];
                    parts[place] = &odd;
                    tokens.push(((class, place, bits), parts.join(".")));
                }
            }
        }
    }
    let seen = |place| tokens.iter().any(|((_, at, _), _)| *at == place);
    assert!(seen(0) && seen(1) && seen(2));
    rejected_locally(app, tokens).await;
}

#[tokio::test]
async fn characters_of_other_alphabets_are_rejected() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    for class in Class::ALL {
        let good = class.token(&app.issuer);
        for odd in ["+", "/", "*", "%20", "%0A", "~", ",", ":", "\"", "\\"] {
            let with = |part: &str| format!("{}{odd}{}", &part[..8], &part[8 + odd.len()..]);
            tokens.extend(with_each_part(&good, with).map(|token| ((class, odd), token)));
        }
    }
    rejected_locally(app, tokens).await;
}

/// White space ends a token, so what follows is something after it: the field cannot be read.
#[tokio::test]
async fn white_space_inside_is_no_readable_field() {
    let app = App::start().await;
    let good = Class::Session.token(&app.issuer);
    for space in [" ", "  ", "\t"] {
        for token in with_each_part(&good, |part| format!("{}{space}{}", &part[..8], &part[8..])) {
            app.answers("/session", &token, 400, 0, space).await;
        }
    }
    // A line break within a field is refused by the server before anybody reads the token.
    for line_break in ["\r\n ", "\n ", "\r", "\n"] {
        let [header, rest] = [&good[..8], &good[8..]];
        let field = format!("authorization: Bearer {header}{line_break}{rest}");
        let mut stream = TcpStream::connect(app.server().address()).await.unwrap();
        let request =
            format!("GET /session HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{field}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{line_break:?}: {answer}");
    }
    app.warm().await;
}

#[tokio::test]
async fn token_has_three_parts() {
    let app = App::start().await;
    let mut tokens = Vec::new();
    let jwe = base64url(json!({"alg": "RSA-OAEP", "enc": "A256GCM"}).to_string().as_bytes());
    for class in Class::ALL {
        let good = class.token(&app.issuer);
        let [header, payload, signature] = parts(&good);
        for text in [
            header.to_owned(),
            format!("{header}."),
            format!("{header}.{payload}"),
            format!("{header}.{payload}."),
            format!(".{payload}.{signature}"),
            format!("{header}..{signature}"),
            format!("..{signature}"),
            format!("{header}.."),
            format!("{good}."),
            format!(".{good}"),
            format!("{good}.{signature}"),
            format!("{header}.{good}"),
            format!("{good}.{payload}.{signature}"),
            format!("{jwe}.{payload}.{signature}.{payload}.{signature}"),
            format!("{jwe}....{signature}"),
            format!("{header}:{payload}:{signature}"),
            // RFC 7515 §7.2: the JSON forms of the same token.
            format!(
                r#"{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}"#
            ),
            format!(
                r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
            ),
            // RFC 7519 §5.2: a token in a token, and one whose payload is detached (RFC 7515 §F).
            format!("{header}.{}.{signature}", base64url(good.as_bytes())),
            format!("{header}.{}.{signature}", base64url(format!("\"{good}\"").as_bytes())),
            "..".to_owned(),
            ".".to_owned(),
            "null".to_owned(),
            "{}".to_owned(),
            "Bearer".to_owned(),
        ] {
            tokens.push(((class, text.len()), text));
        }
    }
    rejected_locally(app, tokens).await;
}

#[tokio::test]
async fn token_is_at_most_16_kibibytes() {
    const LONGEST: usize = 16 * 1024;
    let app = App::start().await;
    let session = Class::Session.draft(&app.issuer);
    let sized = |draft: &Draft, size: usize| {
        let short = draft.clone().claim("x", Some(json!(""))).sign(&app.issuer).len();
        let fill = |more: usize| "x".repeat((size - short) * 3 / 4 + more);
        let long = |more| draft.clone().claim("x", Some(json!(fill(more)))).sign(&app.issuer);
        // Base64 grows by one or two characters for each byte.
        (0..3).map(long).rfind(|token| token.len() <= size).unwrap()
    };
    let longest = sized(&session, LONGEST);
    assert!((LONGEST - 1..=LONGEST).contains(&longest.len()), "{}", longest.len());
    let longer = [LONGEST + 2, 20 * 1024, 64 * 1024].map(|size| (size, sized(&session, size)));
    assert!(longer.iter().all(|(_, token)| token.len() > LONGEST));
    let junk = ["a", ".", "mt_", "ak_", "=", "%"]
        .map(|text| (text.len(), text.repeat(64 * 1024 / text.len())));
    let fresh = app.again(|clerk| clerk).await;
    rejected_locally(fresh, longer.into_iter().chain(junk)).await;
    app.warm().await.accepts("/session", &longest, "the longest").await;
}

/// The HTTP library reads no field of 1 MiB: it answers 431, or hangs up. Behind another that does,
/// the guard refuses the token as it does any that is too long.
#[tokio::test]
async fn token_of_a_mebibyte_is_rejected() {
    const MEBIBYTE: usize = 1024 * 1024;
    let app = App::start().await;
    let long = "x".repeat(MEBIBYTE);
    let jwt = Class::Session.draft(&app.issuer).claim("x", Some(json!(long))).sign(&app.issuer);
    let clerk = app.issuer.clerk().build().unwrap();
    for token in [long.clone(), format!("ak_{long}"), ".".repeat(MEBIBYTE), jwt] {
        let request = Request::get("/any").header("authorization", format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        let answer = router(clerk.clone()).oneshot(request).await.unwrap();
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
        let invalid = r#"Bearer realm="clerk", error="invalid_token""#;
        assert_eq!((answer.status().as_u16(), challenge), (401, invalid));

        let mut stream = TcpStream::connect(app.server().address()).await.unwrap();
        let head = "GET /any HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ";
        // Both can fail: the server hangs up before it has read all.
        let _ = stream.write_all(format!("{head}{token}\r\n\r\n").as_bytes()).await;
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    rejected_locally(app, [("nothing else ran", "x".to_owned())]).await;
}
