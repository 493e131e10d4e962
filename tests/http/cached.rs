//! A verified JWT is remembered: that must let nobody in whom a fresh verification would refuse.

use std::time::Duration;

use axum::{Router, routing::get};
use clerk_auth::{
    Clerk, ClerkBuilder, clerk_auth,
    testing::{DevIssuer, TestClock},
};
use clerk_auth_tests::{Reply, Server};
use http::Method;

use crate::NOW;

#[clerk_auth]
async fn session() {}

#[clerk_auth(accepts = "oauth_token")]
async fn oauth() {}

#[clerk_auth(accepts = "oauth_token", scopes = "write:notes")]
async fn writer() {}

#[clerk_auth(accepts = "m2m_token")]
async fn machine() {}

#[clerk_auth(accepts = "any")]
async fn anyone() {}

const KINDS: [&str; 3] = ["/session", "/oauth", "/machine"];

struct App {
    issuer: DevIssuer,
    clock: TestClock,
    clerk: Clerk,
    server: Server,
}

impl App {
    async fn start() -> Self {
        let clock = TestClock::at(NOW);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let clerk = issuer.clerk().build().unwrap();
        let server = serve(clerk.clone()).await;
        Self { issuer, clock, clerk, server }
    }

    fn tokens(&self) -> [String; 3] {
        let Self { issuer, .. } = self;
        let oauth = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
        [issuer.session("user_ada").jwt(), oauth, issuer.m2m("mch_billing").jwt()]
    }

    /// Good tokens, one of each class, each verified once.
    async fn cached(&self) -> [String; 3] {
        let tokens = self.tokens();
        for (path, token) in KINDS.into_iter().zip(&tokens) {
            assert_eq!(self.server.get(path, token).await.status, 200, "{path}");
        }
        assert_eq!(self.clerk.health().cached_jwts, 3);
        tokens
    }
}

async fn serve(clerk: Clerk) -> Server {
    let router = Router::new()
        .route("/session", get(session).post(session))
        .route("/oauth", get(oauth))
        .route("/writer", get(writer))
        .route("/machine", get(machine))
        .route("/anyone", get(anyone).post(anyone));
    Server::start(router.with_state(clerk)).await
}

fn answer(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.challenge())
}

const INVALID: (u16, &str) = (401, r#"Bearer realm="clerk", error="invalid_token""#);

#[tokio::test]
async fn cached_token_keeps_its_class_and_meets_each_policy() {
    let app = App::start().await;
    let tokens = app.cached().await;
    for (at, token) in tokens.iter().enumerate() {
        assert_eq!(app.server.get("/anyone", token).await.status, 200);
        for (other, path) in KINDS.into_iter().enumerate().filter(|(other, _)| *other != at) {
            assert_eq!(answer(&app.server.get(path, token).await), INVALID, "{at} at {other}");
        }
    }
    let scope = r#"Bearer realm="clerk", error="insufficient_scope", scope="write:notes""#;
    assert_eq!(answer(&app.server.get("/writer", &tokens[1]).await), (403, scope));
    // What is remembered is the whole text, not what it says.
    for token in &tokens {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (start, end) = signature.split_at(signature.len() / 2);
        let swapped = format!("{signed}.{end}{start}");
        assert_eq!(answer(&app.server.get("/anyone", &swapped).await), INVALID);
        assert_eq!(answer(&app.server.get("/anyone", &format!("{token}=")).await), INVALID);
    }
    // Nor is it the signature, nor the end of it: those of one token do not vouch for another.
    for (token, other) in tokens.iter().zip(tokens.iter().cycle().skip(1)) {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (other_signed, other_signature) = other.rsplit_once('.').unwrap();
        let end = &signature[signature.len() - 8..];
        let start = &other_signature[..other_signature.len() - 8];
        for mixed in [format!("{other_signed}.{signature}"), format!("{signed}.{start}{end}")] {
            assert_eq!(answer(&app.server.get("/anyone", &mixed).await), INVALID);
        }
    }
    assert_eq!(app.clerk.health().cached_jwts, 3, "only what was verified");
}

#[tokio::test]
async fn a_token_from_the_header_is_held_to_all_rules_of_cookies() {
    let app = App::start().await;
    let [session, oauth, machine] = app.cached().await;
    let cookie =
        |token: &str, uat: u64| format!("__clerk_db_jwt=x; __session={token}; __client_uat={uat}");
    let cross = ("sec-fetch-site", "cross-site");
    let bare = (401, r#"Bearer realm="clerk""#);
    let rows = [
        (Method::GET, cookie(&session, 1), None, (200, "")),
        (Method::POST, cookie(&session, 1), None, (200, "")),
        (Method::POST, cookie(&session, 1), Some(cross), (403, "")),
        (Method::GET, cookie(&session, NOW + 1), None, INVALID),
        (Method::GET, cookie(&session, 0), None, INVALID),
        (Method::GET, cookie(&oauth, 1), None, INVALID),
        (Method::GET, cookie(&machine, 1), None, INVALID),
    ];
    for (method, cookies, site, expected) in rows {
        let fields: Vec<_> = site.into_iter().chain([("cookie", cookies.as_str())]).collect();
        // Also where the class itself may enter: from a cookie, none but a session does.
        for path in ["/session", "/anyone"] {
            let reply = app.server.send(method.clone(), path, &fields).await;
            assert_eq!(answer(&reply), expected, "{method} {path} {cookies}");
        }
    }
    // And the other way: what a cookie brought in is no more than a session in the header.
    let other = app.issuer.session("user_grace").jwt();
    let cookies = cookie(&other, 1);
    let reply = app.server.send(Method::GET, "/session", &[("cookie", &cookies)]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(answer(&app.server.get("/oauth", &other).await), INVALID);
    let reply = app.server.send(Method::GET, "/oauth", &[("cookie", &cookies)]).await;
    assert_eq!(answer(&reply), bare);
}

#[tokio::test]
async fn times_are_looked_at_on_each_use() {
    let app = App::start().await;
    let tokens = app.cached().await;
    // The machine's clock is set back, to before the tokens were issued.
    app.clock.set_wall(NOW - 3600);
    for token in &tokens {
        assert_eq!(answer(&app.server.get("/anyone", token).await), INVALID, "too early");
    }
    app.clock.set_wall(NOW);
    for token in &tokens {
        assert_eq!(app.server.get("/anyone", token).await.status, 200, "right again");
    }
    app.clock.advance(Duration::from_secs(2 * 24 * 3600));
    for token in &tokens {
        assert_eq!(answer(&app.server.get("/anyone", token).await), INVALID, "over");
    }
}

/// One instance, and other rules: what another verifier remembers does not count.
#[tokio::test]
async fn each_configuration_verifies_for_itself() {
    type Change = fn(ClerkBuilder) -> ClerkBuilder;
    const CHANGES: [(&str, usize, Change); 5] = [
        ("parties", 0, |clerk| clerk.authorized_parties(["https://other.example.com"])),
        ("session audience", 0, |clerk| clerk.session_audience(["https://api.example.com"])),
        ("audience", 1, |clerk| clerk.audience(["https://api.example.com"])),
        ("machine", 2, |clerk| clerk.machine_id("mch_other")),
        ("issuer", 1, |clerk| clerk.issuer("https://clerk.other.example")),
    ];
    let app = App::start().await;
    let tokens = app.cached().await;
    for (what, at, change) in CHANGES {
        let strict = change(app.issuer.clerk()).build().unwrap();
        let server = serve(strict.clone()).await;
        for _ in 0..2 {
            assert_eq!(answer(&server.get("/anyone", &tokens[at]).await), INVALID, "{what}");
        }
        assert_eq!(strict.health().cached_jwts, 0, "{what}");
    }
}

#[tokio::test]
async fn clerk_for_another_resource_shares_the_cached_tokens() {
    let app = App::start().await;
    let tokens = app.cached().await;
    let tools = app.clerk.with(|rules| rules.resource("https://api.example.com/mcp")).unwrap();
    let server = serve(tools.clone()).await;
    assert_eq!(server.get("/oauth", &tokens[1]).await.status, 200);
    let reply = server.get("/oauth", &tokens[0]).await;
    assert_eq!(reply.status, 401);
    assert!(reply.challenge().contains("resource_metadata="), "{}", reply.challenge());
    assert_eq!(tools.health().cached_jwts, 3);
}
