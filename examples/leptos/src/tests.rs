//! Requests over a socket: what callers see, and that nothing is decoded for those who are refused.

use axum::{Router, routing::post};
use clerk_auth::testing::DevIssuer;
use clerk_auth_tests::{Reply, Server};
use http::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::router;

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
}

struct App {
    issuer: DevIssuer,
    server: Server,
}

impl App {
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
    async fn add_note(&self, arguments: &'static str, token: &str) -> Reply {
        let credential = format!("Bearer {token}");
        let mut fields = vec![("content-type", "application/x-www-form-urlencoded")];
        if !token.is_empty() {
            fields.push(("authorization", &credential));
        }
        self.server.send_body(Method::POST, "/api/add_note", &fields, arguments).await
    }
}
