//! Session cookies: read where sessions are accepted and no bearer token is presented, and never
//! believed from another site.

use axum::{Router, routing::get};
use clerk_auth::{Clerk, Subject, TokenType, clerk_auth, testing::DevIssuer, verified};
use clerk_auth_tests::{Reply, Server};
use http::{Extensions, Method};

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

#[clerk_auth(optional = "ignore_expired_cookie")]
async fn lenient(subject: Option<Subject>) -> String {
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
        let clerk = issuer.clerk().publishable_key(issuer.publishable_key());
        let router: Router<Clerk> = Router::new()
            .route("/session", get(session).post(session))
            .route("/any", get(any))
            .route("/oauth", get(oauth))
            .route("/optional", get(optional))
            .route("/lenient", get(lenient))
            .route("/optional-oauth", get(optional_oauth));
        let clerk = clerk.authorized_parties([PARTY]).build().unwrap();
        Self { issuer, server: Server::start(router.with_state(clerk)).await }
    }

    /// Sends these cookies, and the browser token that a development instance needs.
    async fn get(&self, path: &str, cookies: &str) -> Reply {
        let cookies = format!("__clerk_db_jwt=x; {cookies}");
        self.server.send(Method::GET, path, &[("cookie", &cookies)]).await
    }

    fn good(&self) -> String {
        self.issuer.session("user_ada").authorized_party(PARTY).jwt()
    }
}

fn signed_in(token: &str) -> String {
    format!("__session={token}; __client_uat=1")
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
    let refused = [
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
    for (what, token) in refused {
        for path in ["/session", "/any"] {
            let reply = app.get(path, &signed_in(&token)).await;
            assert_eq!(reply.status, 401, "{what} at {path}");
            assert!(reply.challenge().contains("invalid_token"), "{what}: {}", reply.challenge());
        }
    }
    let calls = issuer.calls();
    assert_eq!(calls.total(), calls.key_set, "no cookie is asked about");
}

#[tokio::test]
async fn a_bearer_token_hides_the_cookies_and_a_machine_route_does_not_see_them() {
    let app = App::start().await;
    let cookie = format!("__clerk_db_jwt=x; {}", signed_in(&app.good()));
    for (authorization, status) in
        [("Bearer junk", 401), ("Basic dXNlcg==", 200), ("two words", 200)]
    {
        let fields = [("cookie", cookie.as_str()), ("authorization", authorization)];
        let reply = app.server.send(Method::GET, "/session", &fields).await;
        assert_eq!(reply.status, status, "{authorization}");
    }
    let reply = app.get("/oauth", &signed_in(&app.good())).await;
    assert_eq!((reply.status, reply.challenge()), (401, r#"Bearer realm="clerk""#));
}

#[tokio::test]
async fn another_site_cannot_use_the_cookie_to_change_something() {
    let app = App::start().await;
    let cookie = format!("__clerk_db_jwt=x; {}", signed_in(&app.good()));
    let table = [
        (vec![], 200),
        (vec![("sec-fetch-site", "same-origin")], 200),
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "cross-site"), ("origin", PARTY)], 200),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "null")], 403),
    ];
    for (mut fields, status) in table {
        fields.push(("cookie", &cookie));
        let reply = app.server.send(Method::POST, "/session", &fields).await;
        assert_eq!((reply.status, reply.challenge()), (status, ""), "{fields:?}");
    }
    // A bearer token is not sent by a browser on its own, so it may come from anywhere.
    let bearer = format!("Bearer {}", app.good());
    let fields = [("authorization", bearer.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(app.server.send(Method::POST, "/session", &fields).await.status, 200);
}

#[tokio::test]
async fn an_optional_guard_takes_cookies_for_what_they_are() {
    let app = App::start().await;
    let good = signed_in(&app.good());
    let expired = app.issuer.session("user_ada").authorized_party(PARTY).expired().jwt();
    let expired = signed_in(&expired);
    let forged = signed_in("e30.e30.c2ln");
    let table = [
        ("/optional", "", 200, "nobody"),
        ("/optional", "__client_uat=0", 200, "nobody"),
        ("/optional", &good, 200, "user_ada"),
        ("/optional", "__client_uat=1", 401, ""),
        ("/optional", &expired, 401, ""),
        ("/optional", &forged, 401, ""),
        ("/lenient", &expired, 200, "nobody"),
        ("/lenient", &forged, 401, ""),
        ("/lenient", &good, 200, "user_ada"),
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
    assert_eq!(app.server.get("/lenient", &expired).await.status, 401);
}
