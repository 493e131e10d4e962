//! Requests over a socket: what callers see, and that nothing is decoded for rejected callers.

use std::time::Duration;

use axum::{
    Extension, Router,
    routing::{get, post},
};
use clerk_auth::{
    pages::PagesLayer,
    testing::{Answer, DevIssuer, Endpoint, TestClock},
};
use clerk_auth_tests::{Reply, Server, site_browser::SiteBrowser};
use http::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{document, router};

const TEXT: &str = "text=milk";
const NO_SUCH_ARGUMENT: &str = "no=text";

#[tokio::test]
async fn a_function_gets_its_arguments_and_the_verified_subject() {
    let app = App::start().await;
    let reply = app.add_note(TEXT, &app.writer()).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, r#""user_ada notes: milk""#));
}

#[tokio::test]
async fn without_a_token_the_framework_answers_401_with_the_challenge() {
    let app = App::start().await;
    let reply = app.add_note(TEXT, "").await;
    // By this text Leptos's client knows the variant of `ServerFnError`.
    assert_eq!((reply.status, reply.body.as_str()), (401, "MiddlewareError|A token is required"));
    assert_eq!(reply.challenge(), r#"Bearer realm="clerk", scope="write:notes""#);
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[tokio::test]
async fn without_the_scope_the_challenge_names_it() {
    let app = App::start().await;
    let reader = app.issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let reply = app.add_note(TEXT, &reader).await;
    let challenge = r#"Bearer realm="clerk", error="insufficient_scope", scope="write:notes""#;
    assert_eq!((reply.status, reply.challenge()), (403, challenge));
}

#[tokio::test]
async fn arguments_are_not_decoded_for_a_refused_caller() {
    let app = App::start().await;
    let decoded = app.add_note(NO_SUCH_ARGUMENT, &app.writer()).await;
    assert_eq!(decoded.status, 500);
    assert!(decoded.body.starts_with("Args|"), "{decoded:?}");

    assert_eq!(app.add_note(NO_SUCH_ARGUMENT, "").await.status, 401);
}

#[tokio::test]
async fn the_body_of_a_refused_caller_is_not_waited_for() {
    let app = App::start().await;
    let mut stream = TcpStream::connect(app.server.address()).await.unwrap();
    let head = "POST /api/add_note HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 401");
}

#[tokio::test]
async fn a_refused_form_is_not_sent_back_to_its_page() {
    let app = App::start().await;
    let fields = [("accept", "text/html"), ("referer", "http://localhost/")];
    let reply = app.server.send_body(Method::POST, "/api/add_note", &fields, TEXT).await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn one_call_asks_clerk_once_about_an_opaque_token() {
    let app = App::start().await;
    let token = app.issuer.oauth("user_ada").scopes(["write:notes"]).opaque();
    assert_eq!(app.add_note(TEXT, &token).await.status, 200);
    assert_eq!(app.issuer.calls().oauth_verify, 1);
}

#[tokio::test]
async fn a_page_calls_with_the_request_it_is_rendered_for() {
    let app = App::start().await;
    let page = app.server.get("/", &app.issuer.session("user_ada").jwt()).await;
    assert!(page.body.contains("Signed in as user_ada"), "{page:?}");
}

#[tokio::test]
async fn a_page_gets_a_refusal_as_an_error_and_keeps_its_own_status() {
    let app = App::start().await;
    let page = app.server.send(Method::GET, "/", &[]).await;
    assert!(page.body.contains("Not signed in"), "{page:?}");
    assert!(page.body.contains("A token is required"), "{page:?}");
    assert_eq!((page.status, page.challenge()), (200, ""));
}

#[tokio::test]
async fn page_of_a_visitor_is_redirected_to_the_sign_in_and_back() {
    let app = App::start().await;
    let reply = app.browser().open("/").await;
    assert!(reply.header("location").contains("/v1/client/handshake?"), "{reply:?}");
    let page = app.browser().sign_in("/", ADA).await;
    assert!(page.body.contains("Signed in as user_ada"), "{page:?}");
}

#[tokio::test]
async fn page_of_an_expired_session_is_rendered_signed_in() {
    let app = App::start().await;
    for path in PAGES {
        let mut browser = app.signed_in().await;
        app.clock.advance(PAST_EXPIRY);
        let refreshed = app.issuer.calls().session_refresh;
        let page = browser.open(path).await;
        assert!(page.body.contains("Signed in as user_ada"), "{page:?}");
        assert!(sets_a_session(&page), "{page:?}");
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
        assert_eq!(app.issuer.calls().session_refresh, refreshed + 1);
        // With the new cookies, nothing is left to renew.
        let page = browser.open(path).await;
        assert!(page.body.contains("Signed in as user_ada") && !sets_a_session(&page), "{page:?}");
    }
}

#[tokio::test]
async fn page_of_a_session_that_is_not_refreshed_is_redirected() {
    let app = App::start().await;
    for path in PAGES {
        let mut browser = app.signed_in().await;
        app.clock.advance(PAST_EXPIRY);
        browser.lose_refresh_cookie();
        let reply = browser.open(path).await;
        assert_eq!(reply.status, 307, "{reply:?}");
        assert!(reply.header("location").contains("/v1/client/handshake?"), "{reply:?}");
    }
}

#[tokio::test]
async fn call_after_expiry_is_answered_and_sets_the_new_cookies() {
    let app = App::start().await;
    let mut browser = app.signed_in().await;
    app.clock.advance(PAST_EXPIRY);
    let reply = browser.call("/api/whoami", FORM, "").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, r#""user_ada""#));
    assert!(sets_a_session(&reply), "{reply:?}");
    assert_eq!(app.issuer.calls().session_refresh, 1);
}

#[tokio::test]
async fn call_that_is_not_refreshed_stays_401() {
    let app = App::start().await;
    let mut browser = app.signed_in().await;
    app.clock.advance(PAST_EXPIRY);
    app.issuer.answer_with(Endpoint::SessionRefresh, Answer::status(503));
    let reply = browser.call("/api/whoami", FORM, "").await;
    assert_eq!((reply.status, reply.headers.get("set-cookie")), (401, None), "{reply:?}");
}

#[tokio::test]
async fn without_a_clerk_in_the_request_nobody_enters() {
    let mut app = App::start().await;
    let functions = Router::new().route("/api/{*function}", post(leptos_axum::handle_server_fns));
    app.server = Server::start(functions).await;
    let reply = app.add_note(TEXT, &app.writer()).await;
    let text = "MiddlewareError|The server cannot check this token";
    assert_eq!((reply.status, reply.body.as_str()), (500, text));
}

#[test]
fn the_guide_shows_this_example() {
    let guide = include_str!("../../../runtime/docs/server-functions.md");
    let (_, shown) = include_str!("lib.rs").split_once("token says.\n").unwrap();
    let (shown, _) = shown.split_once("\n\n").unwrap();
    assert!(guide.contains(shown), "{shown}");
    assert!(guide.contains(crate::RENEW));
}

/// The last one streams without a guard in front: its function starts before its head is sent.
const PAGES: [&str; 3] = ["/", "/streamed", "/without-guard"];
/// An account of the dev issuer's sign-in page.
const ADA: &str = "user_ada org_notes";
const FORM: &str = "application/x-www-form-urlencoded";
const PAST_EXPIRY: Duration = Duration::from_secs(70);

fn sets_a_session(reply: &Reply) -> bool {
    let mut cookies = reply.headers.get_all("set-cookie").iter();
    cookies.any(|cookie| cookie.as_bytes().starts_with(b"__session="))
}

struct App {
    clock: TestClock,
    issuer: DevIssuer,
    server: Server,
}

impl App {
    async fn start() -> Self {
        let clock = TestClock::at(1_800_000_000);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let clerk = issuer.clerk().build().unwrap();
        let pages = PagesLayer::builder(clerk.clone()).sign_in_url(issuer.sign_in_url());
        let pages = pages.build().unwrap();
        let without_guard = Router::new()
            .route("/without-guard", get(leptos_axum::render_app_to_stream(document)))
            .layer(pages.clone())
            .layer(Extension(clerk.clone()));
        let server = Server::start(router(clerk, pages).merge(without_guard)).await;
        Self { clock, issuer, server }
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
    async fn add_note(&self, arguments: &'static str, token: &str) -> Reply {
        let credential = format!("Bearer {token}");
        let mut fields = vec![("content-type", "application/x-www-form-urlencoded")];
        if !token.is_empty() {
            fields.push(("authorization", &credential));
        }
        self.server.send_body(Method::POST, "/api/add_note", &fields, arguments).await
    }
}
