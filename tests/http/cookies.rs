//! Session cookies: read where sessions are accepted and no bearer token is presented, and never
//! believed from another site.

use std::fmt::Debug;

use axum::{Router, routing::get};
use clerk_auth::{Clerk, Subject, TokenType, clerk_auth, testing::DevIssuer, verified};
use clerk_auth_tests::{Reply, Server};
use http::{Extensions, Method};

mod development;
mod sites;
mod suffixed;

const PARTY: &str = "https://app.example.com";

#[clerk_auth]
async fn session(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth(accepts = "any")]
async fn any(token_type: TokenType, extensions: Extensions) -> String {
    assert!(verified(&extensions).is_some());
    token_type.to_string()
}

#[clerk_auth(accepts = "oauth_token")]
async fn oauth() {}

#[clerk_auth(optional)]
async fn optional(subject: Option<Subject>) -> String {
    subject.map_or("nobody".to_owned(), |subject| subject.to_string())
}

#[clerk_auth(accepts = "oauth_token", optional)]
async fn optional_oauth(subject: Option<Subject>) -> String {
    subject.map_or("nobody".to_owned(), |subject| subject.to_string())
}

struct App {
    issuer: DevIssuer,
    server: Server,
}

impl App {
    async fn start() -> Self {
        let issuer = DevIssuer::start().await.unwrap();
        let clerk = issuer.clerk();
        let router: Router<Clerk> = Router::new()
            .route("/session", get(session).post(session))
            .route("/any", get(any))
            .route("/oauth", get(oauth))
            .route("/optional", get(optional))
            .route("/optional-oauth", get(optional_oauth));
        let clerk = clerk.authorized_parties([PARTY]).build().unwrap();
        Self { issuer, server: Server::start(router.with_state(clerk)).await }
    }

    /// Sends these cookies, and the browser token that a development instance needs.
    async fn get(&self, path: &str, cookies: &str) -> Reply {
        let cookies = format!("__clerk_db_jwt=x; {cookies}");
        self.server.send(Method::GET, path, &[("cookie", &cookies)]).await
    }

    /// Asserts that these cookies authenticate nowhere, and that Clerk is not asked about them.
    async fn rejects(&self, cookies: &str, row: impl Debug) {
        let before = self.issuer.calls().total();
        for path in ["/session", "/any"] {
            let reply = self.get(path, cookies).await;
            let outcome = (reply.status, reply.challenge());
            let invalid = r#"Bearer realm="clerk", error="invalid_token""#;
            assert_eq!(outcome, (401, invalid), "{row:?} at {path}");
        }
        let reply = self.get("/optional", cookies).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "nobody"), "{row:?}");
        assert_eq!(self.issuer.calls().total(), before, "{row:?}");
    }

    fn good(&self) -> String {
        self.issuer.session("user_ada").authorized_party(PARTY).jwt()
    }
}

fn signed_in(token: &str) -> String {
    format!("__session={token}; __client_uat=1")
}

/// A token without `azp` is good in a field that only its holder can set. The cache knows it then,
/// and a cookie with it is rejected still.
#[tokio::test]
async fn party_for_cookies_only_is_required_of_cookies() {
    let issuer = DevIssuer::start().await.unwrap();
    let parties = issuer.clerk().authorized_parties([PARTY]).parties_for_cookies_only();
    let router: Router<Clerk> =
        Router::new().route("/session", get(session)).route("/optional", get(optional));
    let server = Server::start(router.with_state(parties.build().unwrap())).await;
    let app = App { issuer, server };
    let none = app.issuer.session("user_ada").jwt();
    for _ in 0..2 {
        assert_eq!(app.get("/session", &signed_in(&none)).await.status, 401);
        assert_eq!(app.get("/optional", &signed_in(&none)).await.body, "nobody");
        assert_eq!(app.server.get("/session", &none).await.body, "user_ada");
        assert_eq!(app.server.get("/optional", &none).await.body, "user_ada");
    }
    assert_eq!(app.get("/session", &signed_in(&app.good())).await.body, "user_ada");
    let other = app.issuer.session("user_ada").authorized_party("https://x.example").jwt();
    assert_eq!(app.server.get("/session", &other).await.status, 401);
    assert_eq!(app.get("/session", &signed_in(&other)).await.status, 401);
}

#[tokio::test]
async fn a_cookie_speaks_for_a_session_and_for_nothing_else() {
    let app = App::start().await;
    let issuer = &app.issuer;
    let reply = app.get("/session", &signed_in(&app.good())).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "user_ada"));
    let reply = app.get("/any", &signed_in(&app.good())).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "session_token"));

    let ada = || issuer.session("user_ada").authorized_party(PARTY);
    let rejected = [
        ("expired", ada().expired().jwt()),
        ("pending", ada().pending().jwt()),
        ("of another party", issuer.session("user_ada").authorized_party("https://x").jwt()),
        ("template", issuer.template("user_ada").jwt()),
        ("OAuth", issuer.oauth("user_ada").jwt()),
        ("M2M", issuer.m2m("mch_billing").jwt()),
        ("opaque OAuth", issuer.oauth("user_ada").opaque()),
        ("API key", issuer.api_key("user_ada").opaque()),
        ("junk", "junk".to_owned()),
    ];
    assert_eq!(issuer.calls().total(), 1, "the first token loads the keys");
    for (what, token) in rejected {
        app.rejects(&signed_in(&token), what).await;
    }
}

/// Clerk's front ends percent-encode nothing in a token, and it changes nothing where they do.
#[tokio::test]
async fn a_cookie_is_decoded_once_and_read_as_strictly_as_a_header() {
    let app = App::start().await;
    let issuer = &app.issuer;
    let good = app.good();
    let encoded = good.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
    for token in [&good, &encoded] {
        assert_eq!(app.get("/session", &signed_in(token)).await.body, "user_ada");
    }
    for token in [good.clone(), issuer.oauth("user_ada").jwt(), issuer.m2m("mch_billing").jwt()] {
        let parts: Vec<&str> = token.split('.').collect();
        for padding in ["=", "==", "%3D", "%3d%3D", "%253D"] {
            for at in 0..3 {
                let mut parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
                parts[at].push_str(padding);
                app.rejects(&signed_in(&parts.join(".")), (at, padding)).await;
            }
        }
    }
    let twice = encoded.replace('%', "%25");
    let sign = |header, payload| issuer.sign_bytes(header, payload);
    let opaque = |text: &str| format!("ak_{text}");
    for (what, token) in [
        ("encoded twice", twice),
        ("in quotes", format!("\"{good}\"")),
        ("a scheme in front", format!("Bearer {good}")),
        ("space behind, encoded", format!("{good}%20")),
        ("line break behind", format!("{good}%0D%0A")),
        ("NUL behind", format!("{good}%00")),
        ("a second cookie inside", format!("x%3B __session={good}")),
        ("comma behind", format!("{good},")),
        ("payload null", sign(br#"{"alg":"RS256","kid":"x"}"#, b"null")),
        ("header null", sign(b"null", br#"{"sub":"user_ada"}"#)),
        ("payload a list", sign(br#"{"alg":"RS256","kid":"x"}"#, b"[]")),
        ("prefix alone", opaque("")),
        ("opaque with a line break", opaque("a%0d%0aset-cookie:%20a=b")),
        ("opaque with a quote", opaque("%22a%22")),
        ("opaque in another script", opaque("%d0%b0")),
        ("64 KiB", "x".repeat(64 * 1024)),
        ("unsigned", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyX2FkYSJ9.".to_owned()),
    ] {
        app.rejects(&signed_in(&token), what).await;
    }
}

/// The first cookie of a name counts, and a set is chosen before anything is verified: so a good
/// token in the wrong place, or under the wrong name, lets nobody in.
#[tokio::test]
async fn a_session_is_read_from_its_own_cookie_and_from_no_other() {
    let app = App::start().await;
    let stranger = DevIssuer::start().await.unwrap();
    let good = app.good();
    assert_eq!(app.get("/session", &signed_in(&good)).await.status, 200);
    for cookies in [
        format!("__session=junk; __session={good}; __client_uat=1"),
        format!("x=%3B__session={good}; __session=junk; __client_uat=1"),
        format!("__session={good}; __client_uat=0; __client_uat=1"),
        format!("__session={good}"),
        format!("__session={good}; __client_uat=9999999999"),
        format!("__session={good}; __client_uat=-"),
        "__client_uat=1".to_owned(),
    ] {
        app.rejects(&cookies, &cookies).await;
    }
    for cookies in [
        format!("__Session={good}"),
        format!("session={good}"),
        format!("__session_x={good}"),
        format!("__session_={good}; __client_uat_=1"),
        format!(" x__session={good}"),
        format!("__client={good}; __refresh={good}; __clerk_handshake={good}"),
        "__session=; __client_uat=0".to_owned(),
        // A plain cookie of another instance is another application's.
        signed_in(&app.issuer.session("user_ada").claim("iss", 7).jwt()),
        signed_in(&app.issuer.session("user_ada").claim("iss", "https://x.example").jwt()),
        signed_in(&stranger.session("user_ada").jwt()),
    ] {
        let reply = app.get("/session", &cookies).await;
        let outcome = (reply.status, reply.challenge());
        assert_eq!(outcome, (401, r#"Bearer realm="clerk""#), "{cookies}");
    }
    // Several fields are one list (RFC 6265 allows one; HTTP/2 sends several).
    for (fields, status) in [
        ([signed_in("junk"), signed_in(&good)], 401),
        ([signed_in(&good), signed_in("junk")], 200),
        ([format!("__session={good}"), "__client_uat=1".to_owned()], 200),
        (["__client_uat=0".to_owned(), signed_in(&good)], 401),
    ] {
        let browser = ("cookie", "__clerk_db_jwt=x");
        let fields = [browser, ("cookie", &fields[0]), ("cookie", &fields[1])];
        let reply = app.server.send(Method::GET, "/session", &fields).await;
        assert_eq!(reply.status, status, "{fields:?}");
    }
    assert_eq!(app.issuer.calls().total(), 1, "the first token loads the keys");
}

#[tokio::test]
async fn a_bearer_token_hides_the_cookies_and_a_machine_route_does_not_see_them() {
    let app = App::start().await;
    let cookie = format!("__clerk_db_jwt=x; {}", signed_in(&app.good()));
    let bearer = |token: String| format!("Bearer {token}");
    let issuer = &app.issuer;
    let invalid = r#"Bearer realm="clerk", error="invalid_token""#;
    let request = r#"Bearer realm="clerk", error="invalid_request""#;
    for (authorization, status, challenge) in [
        ("Bearer junk".to_owned(), 401, invalid),
        (bearer(issuer.oauth("user_ada").jwt()), 401, invalid),
        (bearer(issuer.oauth("user_ada").opaque()), 401, invalid),
        (bearer(issuer.m2m("mch_billing").jwt()), 401, invalid),
        (bearer(issuer.template("user_ada").jwt()), 401, invalid),
        (bearer(format!("{}=", app.good())), 401, invalid),
        ("Bearer".to_owned(), 400, request),
        (app.good(), 400, request),
        ("Bearer junk junk".to_owned(), 400, request),
        ("Basic dXNlcg==".to_owned(), 200, ""),
        ("two words".to_owned(), 200, ""),
        (bearer(app.good()), 200, ""),
    ] {
        let before = issuer.calls().total();
        let fields = [("cookie", cookie.as_str()), ("authorization", authorization.as_str())];
        let reply = app.server.send(Method::GET, "/session", &fields).await;
        assert_eq!((reply.status, reply.challenge()), (status, challenge), "{authorization}");
        assert_eq!(reply.body == "user_ada", status == 200, "{authorization}");
        assert!(status == 200 || issuer.calls().total() == before, "{authorization}");
    }
    // The other way round: a cookie that is refused does not harm a bearer token.
    let bad = format!("__clerk_db_jwt=x; {}", signed_in("junk"));
    let good = bearer(app.good());
    let fields = [("cookie", bad.as_str()), ("authorization", good.as_str())];
    assert_eq!(app.server.send(Method::GET, "/session", &fields).await.status, 200);
    let reply = app.get("/oauth", &signed_in(&app.good())).await;
    assert_eq!((reply.status, reply.challenge()), (401, r#"Bearer realm="clerk""#));
}

#[tokio::test]
async fn cookie_on_optional_route_without_sessions_is_not_read() {
    let app = App::start().await;
    let good = signed_in(&app.good());
    let expired = app.issuer.session("user_ada").authorized_party(PARTY).expired().jwt();
    let expired = signed_in(&expired);
    let table = [
        ("/optional", &good, 200, "user_ada"),
        ("/optional-oauth", &good, 200, "nobody"),
        ("/optional-oauth", &expired, 200, "nobody"),
    ];
    for (path, cookies, status, body) in table {
        let reply = app.get(path, cookies).await;
        assert_eq!(reply.status, status, "{path} {cookies}");
        assert!(status != 200 || reply.body == body, "{path} {cookies}: {}", reply.body);
    }
    // In the header, an expired token is refused whatever the policy says of cookies.
    let expired = app.issuer.session("user_ada").authorized_party(PARTY).expired().jwt();
    assert_eq!(app.server.get("/optional", &expired).await.status, 401);
}
