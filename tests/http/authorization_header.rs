//! The `Authorization` field byte for byte: it is read in one way, or rejected.

use axum::{Router, routing::get};
use clerk_auth::{Clerk, clerk_auth, testing::DevIssuer};

use crate::issuer;
use clerk_auth_tests::{Reply, Server, connection::Connection};

#[clerk_auth]
async fn session() -> &'static str {
    RAN
}

#[clerk_auth(accepts = "oauth_token")]
async fn oauth() -> &'static str {
    RAN
}

#[clerk_auth(accepts = "any")]
async fn any() -> &'static str {
    RAN
}

/// What a handler says.
const RAN: &str = "the handler ran";

async fn start(clerk: Clerk) -> Server {
    let router = Router::new().route("/session", get(session)).route("/oauth", get(oauth));
    Server::start(router.route("/any", get(any)).with_state(clerk)).await
}

/// With the key in the configuration, no JWT is a reason to ask Clerk.
fn clerk(issuer: &DevIssuer) -> Clerk {
    issuer.clerk().jwt_key(issuer.public_key_pem()).build().unwrap()
}

/// Sends these fields; each character is one byte.
async fn send(server: &Server, target: &str, fields: &str) -> Reply {
    let request = format!("GET {target} HTTP/1.1\r\nHost: app\r\n{fields}\r\n");
    let bytes: Vec<u8> = request.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    let mut connection = Connection::open(server.address()).await;
    connection.send(&bytes).await;
    connection.reply().await
}

/// What the fields came to, in one word.
fn outcome(reply: &Reply) -> &'static str {
    assert_eq!(reply.body == RAN, reply.status == 200, "{reply:?}");
    match (reply.status, reply.challenge()) {
        (200, "") => "in",
        (401, r#"Bearer realm="clerk""#) => "bare",
        (401, r#"Bearer realm="clerk", error="invalid_token""#) => "401",
        (400, r#"Bearer realm="clerk", error="invalid_request""#) => "400",
        // The HTTP library refuses it before there is a request.
        (400, "") => "http",
        _ => "?",
    }
}

#[tokio::test]
async fn the_field_is_read_in_one_way_or_rejected() {
    let issuer = issuer().await;
    let server = start(clerk(&issuer)).await;
    let rows = [
        // `{T}` is a good token.
        ("", "bare"),
        ("Authorization:\r\n", "bare"),
        ("Authorization:    \r\n", "bare"),
        ("Authorization: Basic dXNlcjpwYXNz\r\n", "bare"),
        ("Authorization: DPoP {T}\r\n", "bare"),
        ("Authorization: Token {T}\r\n", "bare"),
        ("Authorization: Bearers {T}\r\n", "bare"),
        ("Authorization: Digest a=\"b\", c=\"d\"\r\n", "bare"),
        // RFC 9110 §11.1: the scheme is without case. §11.4: one or more spaces follow it.
        ("Authorization: Bearer {T}\r\n", "in"),
        ("authorization: bearer {T}\r\n", "in"),
        ("AUTHORIZATION: BEARER {T}\r\n", "in"),
        ("Authorization: bEaReR {T}\r\n", "in"),
        ("Authorization:Bearer {T}\r\n", "in"),
        ("Authorization: Bearer  {T}\r\n", "in"),
        ("Authorization: Bearer        {T}\r\n", "in"),
        // RFC 9110 §5.5: space around a field's value is not part of it.
        ("Authorization:      Bearer {T}   \r\n", "in"),
        ("Authorization:\t Bearer {T} \t\r\n", "in"),
        ("Authorization: {T}\r\n", "400"),
        ("Authorization: Bearer\r\n", "400"),
        ("Authorization: bearer   \r\n", "400"),
        ("Authorization: Bearer\t{T}\r\n", "400"),
        ("Authorization: Bearer \t{T}\r\n", "400"),
        ("Authorization: Bearer {T} {T}\r\n", "400"),
        ("Authorization: Bearer {T}, Bearer {T}\r\n", "400"),
        ("Authorization: Bearer {T} realm=\"clerk\"\r\n", "400"),
        ("Authorization: Bearer {T}\u{e9}\r\n", "400"),
        ("Authorization: Bearer\u{a0}{T}\r\n", "400"),
        ("Authorization: \u{ef}\u{bb}\u{bf}Bearer {T}\r\n", "400"),
        ("Authorization: Basic p\u{c3}\u{a4}ss\r\n", "400"),
        ("Authorization: Bearer {T}\r\nAuthorization: Bearer {T}\r\n", "400"),
        ("Authorization: Bearer {T}\r\nauthorization: Basic x\r\n", "400"),
        ("Authorization: Basic x\r\nAuthorization: Bearer {T}\r\n", "400"),
        ("Authorization: Bearer {T}\r\nAuthorization:\r\n", "400"),
        ("Authorization:\r\nAuthorization: Bearer {T}\r\n", "400"),
        ("Authorization: Bearer {T}\r\nAccept: x\r\nAuthorization: Bearer {T}\r\n", "400"),
        // Read, but no token of any type.
        ("Authorization: Bearer {T},\r\n", "401"),
        ("Authorization: Bearer \"{T}\"\r\n", "401"),
        ("Authorization: Bearer Bearer\r\n", "401"),
        ("Authorization: Bearer {T}=\r\n", "401"),
        ("Authorization: Bearer %54\r\n", "401"),
        ("Authorization: Bearer {T}\0\r\n", "http"),
        ("Authorization: Bearer {T}\u{7f}\r\n", "http"),
        ("Authorization: Bearer\r\n {T}\r\n", "http"),
        ("Authorization : Bearer {T}\r\n", "http"),
        // RFC 9110 §5.1: a name has no case, and no other characters than these.
        ("aUTHORIZATION: Bearer {T}\r\n", "in"),
        ("Authorization_: Bearer {T}\r\n", "bare"),
        ("Bearer: {T}\r\n", "bare"),
        ("Authorization: Bearer:{T}\r\n", "400"),
        ("Authorization: Bearer={T}\r\n", "400"),
        ("Authorization: Bearer token={T}\r\n", "401"),
        ("Authorization: Bearer \"\"\r\n", "401"),
        ("Authorization: Basic x, Bearer {T}\r\n", "400"),
        ("Authorization: , Bearer {T}\r\n", "400"),
        ("Authorization: Basic, Bearer {T}\r\n", "400"),
        ("Authorization: Bearer, {T}\r\n", "400"),
        ("Authorization: Bearer: {T}\r\n", "400"),
    ];
    let token = issuer.session("user_ada").jwt();
    for (fields, expected) in rows {
        let reply = send(&server, "/session", &fields.replace("{T}", &token)).await;
        assert_eq!(outcome(&reply), expected, "{fields:?}: {reply:?}");
    }
    assert_eq!(issuer.calls().total(), 0);
}

/// What is not of the alphabet of opaque tokens never reaches the body of a question to Clerk.
#[tokio::test]
async fn malformed_opaque_token_is_rejected_without_a_call() {
    let issuer = issuer().await;
    let server = start(clerk(&issuer)).await;
    for prefix in ["ak_", "mt_", "oat_"] {
        for (rest, expected) in [
            ("", "401"),
            ("\"", "401"),
            ("a\"", "401"),
            ("\\", "401"),
            ("a%0D%0Ab", "401"),
            ("a\\r\\nb", "401"),
            ("a.b", "401"),
            ("a,b", "401"),
            ("a;b", "401"),
            ("{a}", "401"),
            ("a b", "400"),
            ("a\tb", "400"),
            ("a, Bearer b", "400"),
            ("a\u{e9}", "400"),
            ("a\u{c3}\u{a9}", "400"),
            ("\u{a0}a", "400"),
            ("a\u{ff}", "400"),
            ("a\r\n b", "http"),
            ("a\r\n\tb", "http"),
            ("a\rb", "http"),
            ("a\nb", "http"),
            ("a\0", "http"),
            ("a\u{1b}[2J", "http"),
        ] {
            let fields = format!("Authorization: Bearer {prefix}{rest}\r\n");
            let reply = send(&server, "/any", &fields).await;
            assert_eq!(outcome(&reply), expected, "{fields:?}: {reply:?}");
        }
        for quoted in [format!("\"{prefix}a\""), format!("'{prefix}a'"), format!("<{prefix}a>")] {
            let reply = send(&server, "/any", &format!("Authorization: Bearer {quoted}\r\n")).await;
            assert_eq!(outcome(&reply), "401", "{quoted}");
        }
    }
    assert_eq!(issuer.calls().total(), 0);
}

#[tokio::test]
async fn a_token_elsewhere_is_no_credential() {
    let issuer = issuer().await;
    let server = start(clerk(&issuer)).await;
    let token = issuer.oauth("user_ada").jwt();
    let rows = [
        // RFC 6750 §2.3 discourages it, and OAuth 2.1 removes it.
        (format!("/oauth?access_token={token}"), String::new()),
        ("/oauth".to_owned(), format!("Proxy-Authorization: Bearer {token}\r\n")),
        ("/oauth".to_owned(), format!("X-Authorization: Bearer {token}\r\n")),
        ("/oauth".to_owned(), format!("X-Forwarded-Authorization: Bearer {token}\r\n")),
        // Only sessions are read from a cookie.
        ("/oauth".to_owned(), format!("Cookie: __session={token}\r\n")),
    ];
    for (target, fields) in rows {
        let reply = send(&server, &target, &fields).await;
        assert_eq!(outcome(&reply), "bare", "{target} {fields}");
    }
    assert_eq!(issuer.calls().total(), 0);
}

#[tokio::test]
async fn a_token_is_of_the_routes_class_and_at_most_16_kib() {
    let issuer = issuer().await;
    let server = start(clerk(&issuer)).await;
    let padded = |bytes: usize| issuer.session("user_ada").claim("pad", "x".repeat(bytes)).jwt();
    // Base64 writes four characters for three bytes.
    let (below, over) = (padded(11_000), padded(12_288));
    assert!(below.len() <= 16 * 1024 && over.len() > 16 * 1024);
    let rows = [
        ("/session", below, "in"),
        ("/session", over, "401"),
        ("/oauth", "x".repeat(100_000), "401"),
        ("/oauth", issuer.oauth("user_ada").jwt(), "in"),
        ("/oauth", issuer.session("user_ada").jwt(), "401"),
        ("/session", issuer.oauth("user_ada").jwt(), "401"),
        ("/session", issuer.m2m("mch_caller").opaque(), "401"),
    ];
    for (target, token, expected) in rows {
        let reply = send(&server, target, &format!("Authorization: Bearer {token}\r\n")).await;
        assert_eq!(outcome(&reply), expected, "{target}: {} characters", token.len());
    }
    assert_eq!(issuer.calls().total(), 0);
}
