//! What is configured cannot break out of its place in a challenge.

use clerk_auth::Clerk;
use http::header::{SET_COOKIE, WWW_AUTHENTICATE};

use crate::{
    cases::{App, Case},
    issuer,
};

/// The parameters of one `Bearer` challenge (RFC 9110 §11.6.1), or nothing if it is not just that.
fn parameters(challenge: &str) -> Option<Vec<(String, String)>> {
    let mut rest = challenge.strip_prefix("Bearer ")?;
    let mut parameters = Vec::new();
    loop {
        let (name, value) = rest.split_once("=\"")?;
        let mut text = String::new();
        let mut letters = value.char_indices();
        let end = loop {
            match letters.next()? {
                (at, '"') => break at,
                (_, '\\') => text.push(letters.next()?.1),
                (_, letter) => text.push(letter),
            }
        };
        parameters.push((name.to_owned(), text));
        rest = &value[end + 1..];
        if rest.is_empty() {
            return Some(parameters);
        }
        rest = rest.strip_prefix(", ")?;
    }
}

/// Whatever stands in a realm stays in it: no parameter and no second challenge comes out of it.
#[tokio::test]
async fn a_realm_cannot_break_out_of_its_quotes() {
    let issuer = issuer().await;
    for realm in [
        "",
        " ",
        "\"",
        "\\",
        "\\\"",
        "x\", error=\"insufficient_scope",
        "x\", scope=\"admin\", y=\"",
        "x\\\", scope=\"admin",
        "x\", Basic realm=\"x",
        "a, Digest nonce=b",
        "%22%0d%0a",
        "\\r\\nset-cookie: a=b",
    ] {
        let app = App::start(issuer.clerk().realm(realm)).await;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let error = |error| vec![pair("realm", realm), pair("error", error)];
        let scope = pair("scope", "write:notes read:notes");
        for (token, path, expected) in [
            (None, "/session", vec![pair("realm", realm)]),
            (None, "/notes", vec![pair("realm", realm), scope]),
            (Some("junk"), "/session", error("invalid_token")),
            (Some("two words"), "/session", error("invalid_request")),
        ] {
            let case = Case::new("a realm", path, &app);
            let case = if let Some(token) = token { case.token(token) } else { case };
            let reply = case.send(&issuer).await;
            assert_eq!(reply.headers.get_all(WWW_AUTHENTICATE).iter().count(), 1);
            assert_eq!(parameters(reply.challenge()), Some(expected), "{}", reply.challenge());
            assert!(!reply.headers.contains_key(SET_COOKIE));
        }
    }
}

#[test]
fn a_realm_that_cannot_stand_in_a_challenge_is_no_configuration() {
    for realm in [
        "a\nb",
        "a\r\nset-cookie: x=y",
        "a\tb",
        "a\0",
        "a\u{7f}",
        "a\u{85}",
        "a\u{2028}",
        "caf\u{e9}",
        "\u{1f511}",
    ] {
        let clerk = Clerk::builder().secret_key("sk_test_x").realm(realm).build();
        assert!(clerk.unwrap_err().to_string().starts_with("realm: "), "{realm:?}");
    }
}
