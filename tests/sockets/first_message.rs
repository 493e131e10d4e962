//! The token as the first message of a socket.

use std::time::Duration;

use axum::{
    Router,
    extract::{State, WebSocketUpgrade},
    response::Response,
    routing::any,
};
use clerk_auth::{
    sockets::FirstMessage,
    testing::{Answer, DevIssuer, Endpoint},
};
use clerk_auth_tests::Server;
use tokio_tungstenite::tungstenite::Message;

use crate::{NOTES, client::Client};

/// Tells the caller who they are, then echoes.
async fn echo(State(first): State<FirstMessage>, upgrade: WebSocketUpgrade) -> Response {
    first.on_upgrade(upgrade, async |mut socket| {
        let hello = socket.caller().subject().to_string();
        let _ = socket.send(hello.into()).await;
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    })
}

async fn serve(first: FirstMessage) -> Server {
    Server::start(Router::new().route("/socket", any(echo)).with_state(first)).await
}

async fn start() -> (DevIssuer, FirstMessage) {
    let issuer = DevIssuer::start().await.unwrap();
    let first = FirstMessage::new(issuer.clerk().build().unwrap(), NOTES);
    (issuer, first)
}

fn token(issuer: &DevIssuer) -> String {
    issuer.oauth("user_ada").scopes(["read:notes"]).jwt()
}

async fn closed_after(server: &Server, first: Message) -> (u16, String) {
    let mut client = Client::open(server, "/socket", &[]).await.unwrap();
    client.send_message(first).await;
    client.next().await.unwrap_err()
}

#[tokio::test]
async fn first_message_with_a_token_opens_the_application() {
    let (issuer, first) = start().await;
    let server = serve(first).await;
    let mut client = Client::open(&server, "/socket", &[]).await.unwrap();
    client.send(&token(&issuer)).await;
    client.send("hello").await;
    assert_eq!(client.next().await.unwrap(), "user_ada");
    assert_eq!(client.next().await.unwrap(), "hello");
}

#[tokio::test]
async fn first_message_that_is_rejected_closes_with_its_code() {
    let (issuer, first) = start().await;
    let server = serve(first).await;
    let oauth = || issuer.oauth("user_ada").scopes(["read:notes"]);
    let invalid = (4401, "invalid-token");
    let table = [
        ("wrong", Message::text("hello"), invalid),
        ("forged", Message::text(format!("{}x", token(&issuer))), invalid),
        ("expired", Message::text(oauth().expired().jwt()), invalid),
        ("type", Message::text(issuer.m2m("mch_a").jwt()), invalid),
        ("scope", Message::text(issuer.oauth("user_ada").jwt()), (4403, "insufficient-scope")),
        ("empty", Message::text(""), (4401, "missing-credential")),
        ("bytes", Message::binary(token(&issuer)), (4401, "no-token")),
        ("ping", Message::Ping("".into()), (4401, "no-token")),
        ("pending", Message::text(issuer.session("user_ada").pending().jwt()), invalid),
    ];
    for (case, message, (code, reason)) in table {
        assert_eq!(closed_after(&server, message).await, (code, reason.to_owned()), "{case}");
    }
    issuer.answer_with(Endpoint::OAuthVerify, Answer::status(503));
    let closed = closed_after(&server, Message::text(oauth().opaque())).await;
    assert_eq!(closed, (1013, "clerk-unavailable".to_owned()));
    issuer.answer_with(Endpoint::OAuthVerify, Answer::status(401));
    let closed = closed_after(&server, Message::text(oauth().opaque())).await;
    assert_eq!(closed, (1011, "misconfigured".to_owned()));
}

#[tokio::test]
async fn cookie_of_the_handshake_is_not_read() {
    let (issuer, first) = start().await;
    let server = serve(first).await;
    let cookies = issuer.cookies(&issuer.session("user_eve").jwt());
    let mut client = Client::open(&server, "/socket", &[("cookie", &cookies)]).await.unwrap();
    client.send("hello").await;
    assert_eq!(client.next().await.unwrap_err().0, 4401);
}

#[tokio::test]
async fn client_that_sends_no_token_is_closed_at_the_deadline() {
    let (_issuer, first) = start().await;
    let server = serve(first).await;
    let mut client = Client::open(&server, "/socket", &[]).await.unwrap();
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    assert_eq!(client.next().await.unwrap_err(), (4401, "no-token".to_owned()));
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn first_message_beyond_the_limit_is_not_read() {
    let (issuer, first) = start().await;
    let token = token(&issuer);
    let server = serve(first.max_message_bytes(token.len())).await;
    let mut client = Client::open(&server, "/socket", &[]).await.unwrap();
    client.send(&token).await;
    assert_eq!(client.next().await.unwrap(), "user_ada");
    let closed = closed_after(&server, Message::text(format!("{token}x"))).await;
    assert_eq!(closed, (4401, "no-token".to_owned()));
}

#[tokio::test]
async fn socket_beyond_the_unauthenticated_ones_is_not_opened() {
    let (issuer, first) = start().await;
    let server = serve(first.max_unauthenticated(2).timeout(Duration::from_secs(60))).await;
    let open = || Client::open(&server, "/socket", &[]);
    let (mut one, two) = (open().await.unwrap(), open().await.unwrap());
    assert_eq!(open().await.err(), Some(503));
    // A caller is verified, so one more may wait.
    one.send(&token(&issuer)).await;
    assert_eq!(one.next().await.unwrap(), "user_ada");
    let mut three = open().await.unwrap();
    assert_eq!(open().await.err(), Some(503));
    three.send("wrong").await;
    assert_eq!(three.next().await.unwrap_err().0, 4401);
    drop((two, three));
}
