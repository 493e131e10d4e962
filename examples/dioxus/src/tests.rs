//! Requests over a socket: what callers see, and that nothing is decoded for those who are refused.

use axum::Router;
use clerk_auth::testing::DevIssuer;
use clerk_auth_tests::{Reply, Server};
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
async fn without_a_clerk_in_the_request_nobody_enters() {
    let mut app = Application::start().await;
    let functions = Router::new().serve_api_application(ServeConfig::new(), App);
    app.server = Server::start(functions).await;
    assert_eq!(app.add_note(PATH, TEXT, &app.writer()).await.status, 500);
}

struct Application {
    issuer: DevIssuer,
    server: Server,
}

impl Application {
    async fn start() -> Self {
        let issuer = DevIssuer::start().await.unwrap();
        let server = Server::start(router(issuer.clerk().build().unwrap())).await;
        Self { issuer, server }
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
