//! Requests over a socket: what callers see, and that nothing is decoded for rejected callers.

use std::time::Duration;

use axum::{Extension, Router};
use clerk_auth::{
    ClerkLayer, Policy,
    pages::PagesLayer,
    policy,
    testing::{Answer, DevIssuer, Endpoint, TestClock},
};
use clerk_auth_tests::{Reply, Server, site_browser::SiteBrowser};
use dioxus::prelude::*;
use http::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{App, router};

const PATH: &str = "/api/notes/2026";
const TEXT: &str = r#"{"text":"milk"}"#;

#[tokio::test]
async fn a_function_gets_its_arguments_and_the_verified_subject() {
    let app = Application::start().await;
    let reply = app.add_note(PATH, TEXT, &app.writer()).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, r#""user_ada notes for 2026: milk""#));
}

#[tokio::test]
async fn without_a_token_the_answer_is_401_with_the_challenge() {
    let app = Application::start().await;
    let reply = app.add_note(PATH, TEXT, "").await;
    let challenge = r#"Bearer realm="clerk", scope="write:notes""#;
    assert_eq!((reply.status, reply.challenge()), (401, challenge));
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[tokio::test]
async fn without_the_scope_the_challenge_names_it() {
    let app = Application::start().await;
    let reader = app.issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let reply = app.add_note(PATH, TEXT, &reader).await;
    let challenge = r#"Bearer realm="clerk", error="insufficient_scope", scope="write:notes""#;
    assert_eq!((reply.status, reply.challenge()), (403, challenge));
}

#[tokio::test]
async fn arguments_are_not_decoded_for_a_refused_caller() {
    let app = Application::start().await;
    for (path, body) in [(PATH, "no JSON"), ("/api/notes/soon", TEXT)] {
        let decoded = app.add_note(path, body, &app.writer()).await.status;
        assert!([400, 422, 500].contains(&decoded), "{path} {body}: {decoded}");
        assert_eq!(app.add_note(path, body, "").await.status, 401, "{path} {body}");
    }
}

#[tokio::test]
async fn the_body_of_a_refused_caller_is_not_waited_for() {
    let app = Application::start().await;
    let mut stream = TcpStream::connect(app.server.address()).await.unwrap();
    let head = "POST /api/notes/2026 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 401");
}

#[tokio::test]
async fn a_refused_form_is_not_sent_back_to_its_page() {
    let app = Application::start().await;
    let fields = [("accept", "text/html"), ("referer", "http://localhost/")];
    assert_eq!(app.server.send_body(Method::POST, PATH, &fields, TEXT).await.status, 401);
}

#[tokio::test]
async fn one_call_asks_clerk_once_about_an_opaque_token() {
    let app = Application::start().await;
    let token = app.issuer.oauth("user_ada").scopes(["write:notes"]).opaque();
    assert_eq!(app.add_note(PATH, TEXT, &token).await.status, 200);
    assert_eq!(app.issuer.calls().oauth_verify, 1);
}

#[tokio::test]
async fn a_page_calls_with_the_request_it_is_rendered_for() {
    let app = Application::start().await;
    let page = app.server.get("/", &app.issuer.session("user_ada").jwt()).await;
    assert!(page.body.contains("Signed in as user_ada"), "{page:?}");
}

#[tokio::test]
async fn a_page_gets_a_refusal_as_an_error_and_keeps_its_own_status() {
    let app = Application::start().await;
    let page = app.server.send(Method::GET, "/", &[]).await;
    assert!(page.body.contains("Not signed in"), "{page:?}");
    assert!(page.body.contains("A token is required"), "{page:?}");
    assert_eq!((page.status, page.challenge()), (200, ""));
}

#[tokio::test]
async fn page_of_a_visitor_is_redirected_to_the_sign_in_and_back() {
    let app = Application::start().await;
    let reply = app.browser().open("/").await;
    assert!(reply.header("location").contains("/v1/client/handshake?"), "{reply:?}");
    let page = app.browser().sign_in("/", ADA).await;
    assert!(page.body.contains("Signed in as user_ada"), "{page:?}");
}

#[tokio::test]
async fn page_of_an_expired_session_is_rendered_signed_in() {
    for streams in [false, true] {
        let app = Application::start_with(streams).await;
        let mut browser = app.signed_in().await;
        app.clock.advance(PAST_EXPIRY);
        let page = browser.open("/").await;
        assert!(page.body.contains("Signed in as user_ada"), "{page:?}");
        assert!(sets_a_session(&page), "{page:?}");
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
        assert_eq!(app.issuer.calls().session_refresh, 1);
        // With the new cookies, nothing is left to renew.
        let page = browser.open("/").await;
        assert!(page.body.contains("Signed in as user_ada") && !sets_a_session(&page), "{page:?}");
    }
}

#[tokio::test]
async fn page_of_a_session_that_is_not_refreshed_is_redirected() {
    for streams in [false, true] {
        let app = Application::start_with(streams).await;
        let mut browser = app.signed_in().await;
        app.clock.advance(PAST_EXPIRY);
        browser.lose_refresh_cookie();
        let reply = browser.open("/").await;
        assert_eq!(reply.status, 307, "{reply:?}");
        assert!(reply.header("location").contains("/v1/client/handshake?"), "{reply:?}");
    }
}

#[tokio::test]
async fn call_after_expiry_is_answered_and_sets_the_new_cookies() {
    let app = Application::start().await;
    let mut browser = app.signed_in().await;
    app.clock.advance(PAST_EXPIRY);
    let reply = browser.call("/api/whoami", "application/json", "{}").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, r#""user_ada""#));
    assert!(sets_a_session(&reply), "{reply:?}");
    assert_eq!(app.issuer.calls().session_refresh, 1);
}

#[tokio::test]
async fn call_that_is_not_refreshed_stays_401() {
    let app = Application::start().await;
    let mut browser = app.signed_in().await;
    app.clock.advance(PAST_EXPIRY);
    app.issuer.answer_with(Endpoint::SessionRefresh, Answer::status(503));
    let reply = browser.call("/api/whoami", "application/json", "{}").await;
    assert_eq!((reply.status, reply.headers.get("set-cookie")), (401, None), "{reply:?}");
}

#[tokio::test]
async fn without_a_clerk_in_the_request_nobody_enters() {
    let mut app = Application::start().await;
    let functions = Router::new().serve_api_application(ServeConfig::new(), App);
    app.server = Server::start(functions).await;
    assert_eq!(app.add_note(PATH, TEXT, &app.writer()).await.status, 500);
}

/// An account of the dev issuer's sign-in page.
const ADA: &str = "user_ada org_notes";
const PAST_EXPIRY: Duration = Duration::from_secs(70);
const ANYBODY: Policy = policy!(accepts = "any", optional);

fn sets_a_session(reply: &Reply) -> bool {
    let mut cookies = reply.headers.get_all("set-cookie").iter();
    cookies.any(|cookie| cookie.as_bytes().starts_with(b"__session="))
}

struct Application {
    clock: TestClock,
    issuer: DevIssuer,
    server: Server,
}

impl Application {
    async fn start() -> Self {
        Self::start_with(false).await
    }

    /// With pages that are streamed, or as the example has it.
    async fn start_with(streams: bool) -> Self {
        let clock = TestClock::at(1_800_000_000);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let clerk = issuer.clerk().build().unwrap();
        let pages = PagesLayer::builder(clerk.clone()).sign_in_url(issuer.sign_in_url());
        let pages = pages.build().unwrap();
        let router = if streams {
            let settings = ServeConfig::new().enable_out_of_order_streaming();
            Router::new()
                .serve_api_application(settings, App)
                .layer(ClerkLayer::new(clerk.clone(), ANYBODY))
                .layer(pages)
                .layer(Extension(clerk))
        } else {
            router(clerk, pages)
        };
        Self { clock, issuer, server: Server::start(router).await }
    }

    fn browser(&self) -> SiteBrowser {
        SiteBrowser::new(self.server.address())
    }

    async fn signed_in(&self) -> SiteBrowser {
        let mut browser = self.browser();
        browser.sign_in("/", ADA).await;
        browser
    }

    /// The token of a caller who may add notes.
    fn writer(&self) -> String {
        self.issuer.oauth("user_ada").scopes(["write:notes"]).jwt()
    }

    /// An empty token is none.
    async fn add_note(&self, path: &str, arguments: &'static str, token: &str) -> Reply {
        let credential = format!("Bearer {token}");
        let mut fields = vec![("content-type", "application/json")];
        if !token.is_empty() {
            fields.push(("authorization", &credential));
        }
        self.server.send_body(Method::POST, path, &fields, arguments).await
    }
}
