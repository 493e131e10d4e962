//! A refused caller gets the answer while the body is still on its way: nothing reads it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::{FromRef, FromRequestParts, State},
    routing::post,
};
use clerk_auth::{
    Clerk, clerk_auth,
    testing::{Answer, DevIssuer, Endpoint},
};
use clerk_auth_tests::{Server, connection::Connection};
use http::request::Parts;

use crate::issuer;

#[derive(Clone, FromRef)]
struct AppState {
    clerk: Clerk,
    counts: Counts,
}

/// How often something ran.
#[derive(Clone, Default)]
struct Counts {
    extractor: Arc<AtomicUsize>,
    handler: Arc<AtomicUsize>,
}

impl Counts {
    fn read(&self) -> (usize, usize) {
        (self.extractor.load(Ordering::Relaxed), self.handler.load(Ordering::Relaxed))
    }
}

/// An extractor that stands before the body.
struct Counted;

impl FromRequestParts<AppState> for Counted {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        state.counts.extractor.fetch_add(1, Ordering::Relaxed);
        Ok(Self)
    }
}

#[clerk_auth(accepts = "api_key", scopes = "upload")]
async fn upload(_counted: Counted, State(counts): State<Counts>, body: Bytes) -> String {
    counts.handler.fetch_add(1, Ordering::Relaxed);
    format!("{} bytes", body.len())
}

async fn start(issuer: &DevIssuer) -> (Server, Counts) {
    let counts = Counts::default();
    let state = AppState { clerk: issuer.clerk().build().unwrap(), counts: counts.clone() };
    let router = Router::new().route("/", post(upload)).with_state(state);
    (Server::start(router).await, counts)
}

/// The head of a request whose body is long, and the first bytes of it.
fn beginning(fields: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: app\r\n{fields}Content-Length: 1000000\r\n\r\nonly the start")
}

#[tokio::test]
async fn a_rejected_caller_is_answered_before_the_body_is_there() {
    let issuer = issuer().await;
    let (server, counts) = start(&issuer).await;
    let bearer = |token: String| format!("Authorization: Bearer {token}\r\n");
    let unscoped = || issuer.api_key("user_ada").opaque();
    let good = || issuer.api_key("user_ada").scopes(["upload"]).opaque();
    let unasked = None;
    let down = Some(Answer::status(503));
    let rejects_us = Some(Answer::status(401));
    let rows = [
        ("no credential", String::new(), &unasked, 401),
        ("no token", "Authorization: Bearer\r\n".to_owned(), &unasked, 400),
        ("no token of any type", bearer("junk".to_owned()), &unasked, 401),
        ("a type that is not accepted", bearer(issuer.session("user_ada").jwt()), &unasked, 401),
        ("unknown to Clerk", bearer("ak_unknown".to_owned()), &unasked, 401),
        ("without the scope", bearer(unscoped()), &unasked, 403),
        ("Clerk is down", bearer(good()), &down, 503),
        ("Clerk refuses our key", bearer(good()), &rejects_us, 500),
    ];
    for (case, authorization, answer, status) in rows {
        // A client that waits for permission to send the body is not asked for it either.
        for expect in ["", "Expect: 100-continue\r\n"] {
            if let Some(answer) = answer {
                issuer.answer_once(Endpoint::ApiKeyVerify, answer.clone());
            }
            let mut connection = Connection::open(server.address()).await;
            connection.send(beginning(&format!("{authorization}{expect}")).as_bytes()).await;
            let reply = connection.reply().await;
            assert_eq!(reply.status, status, "{case} {expect}");
            assert_eq!(reply.header("content-type"), "application/problem+json", "{case}");
            assert_eq!(counts.read(), (0, 0), "{case}: an extractor or the handler ran");
        }
    }
}

#[tokio::test]
async fn the_body_of_a_good_caller_is_read_after_the_guard() {
    let issuer = issuer().await;
    let (server, counts) = start(&issuer).await;
    let token = issuer.api_key("user_ada").scopes(["upload"]).opaque();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: app\r\nAuthorization: Bearer {token}\r\n\
         Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n"
    );
    let mut connection = Connection::open(server.address()).await;
    connection.send(head.as_bytes()).await;
    assert_eq!(connection.reply().await.status, 100);
    assert_eq!(issuer.calls().api_key_verify, 1);
    connection.send(&vec![b'x'; 1_000_000]).await;
    let reply = connection.reply().await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "1000000 bytes"));
    assert_eq!(counts.read(), (1, 1));
}
