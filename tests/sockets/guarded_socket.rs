//! A socket with a caller: newer tokens, and the end of the last one.

use std::time::{Duration, UNIX_EPOCH};

use axum::{
    Router,
    extract::{State, WebSocketUpgrade, ws::Message},
    response::Response,
    routing::any,
};
use clerk_auth::{
    ClerkLayer, Verified,
    sockets::{FirstMessage, GuardedSocket},
    testing::{DevIssuer, TestClock},
};
use clerk_auth_tests::Server;
use tokio::time::{Instant, pause, resume};

use crate::{NOTES, client::Client};

/// Takes each message for a newer token, and tells the identity that it gave.
async fn run(mut socket: GuardedSocket) {
    let _ = socket.send("ready".into()).await;
    while let Some(Ok(Message::Text(token))) = socket.recv().await {
        let Ok(caller) = socket.renew(&token).await else { break };
        let at = caller.verified_at().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let scopes = caller.scopes().map(ToString::to_string);
        let text = format!("{} at {at} {scopes:?}", caller.subject());
        let _ = socket.send(text.into()).await;
    }
    // Nothing is sent to a caller who is rejected.
    assert!(socket.send("late".into()).await.is_err());
}

async fn first(State(first): State<FirstMessage>, upgrade: WebSocketUpgrade) -> Response {
    first.on_upgrade(upgrade, run)
}

async fn guarded(caller: Verified, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |socket| run(GuardedSocket::new(socket, caller, NOTES)).await)
}

/// Sends forever, and never reads.
async fn flood(caller: Verified, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |socket| {
        let mut socket = GuardedSocket::new(socket, caller, NOTES);
        while socket.send("tick".into()).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    })
}

struct App {
    issuer: DevIssuer,
    clock: TestClock,
    server: Server,
}

impl App {
    async fn start() -> Self {
        let clock = TestClock::at(1_800_000_000);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let clerk = issuer.clerk().build().unwrap();
        let behind = Router::new().route("/guarded", any(guarded)).route("/flood", any(flood));
        let router =
            behind.layer(ClerkLayer::new(clerk.clone(), NOTES)).route("/first", any(first));
        let server = Server::start(router.with_state(FirstMessage::new(clerk, NOTES))).await;
        Self { issuer, clock, server }
    }

    /// A socket of the token's caller, by its first message.
    async fn open(&self, token: &str) -> Client {
        let mut client = Client::open(&self.server, "/first", &[]).await.unwrap();
        client.send(token).await;
        assert_eq!(client.next().await.unwrap(), "ready");
        client
    }

    async fn open_guarded(&self, path: &str, token: &str) -> Client {
        let bearer = format!("Bearer {token}");
        Client::open(&self.server, path, &[("authorization", &bearer)]).await.unwrap()
    }
}

#[tokio::test]
async fn newer_token_of_the_same_caller_is_a_new_identity() {
    let app = App::start().await;
    let oauth = || app.issuer.oauth("user_ada").client_id("client_1");
    let mut client = app.open(&oauth().scopes(["read:notes"]).jwt()).await;
    app.clock.advance(Duration::from_secs(10));
    client.send(&oauth().scopes(["read:notes", "write:notes"]).jwt()).await;
    let scopes = client.next().await.unwrap();
    assert!(scopes.contains("write:notes") && scopes.contains(" at 1800000010 "), "{scopes}");
}

#[tokio::test]
async fn newer_token_that_is_not_the_callers_closes_the_socket() {
    let app = App::start().await;
    let session = || app.issuer.session("user_ada").session_id("sess_1");
    let oauth = || app.issuer.oauth("user_ada").client_id("client_1").scopes(["read:notes"]);
    let member = || session().organization("org_1", "acme", "admin");
    let other = (4403, "other-caller");
    let invalid = (4401, "invalid-token");
    let eve = app.issuer.session("user_eve").session_id("sess_1").jwt();
    let table = [
        ("subject", session().jwt(), eve, other),
        (
            "session",
            session().jwt(),
            app.issuer.session("user_ada").session_id("sess_2").jwt(),
            other,
        ),
        ("type", session().jwt(), oauth().jwt(), other),
        ("organization", member().jwt(), session().jwt(), other),
        ("organization", session().jwt(), member().jwt(), other),
        ("client", oauth().jwt(), oauth().client_id("client_2").jwt(), other),
        ("scope", oauth().jwt(), oauth().scopes(["x"]).jwt(), (4403, "insufficient-scope")),
        ("policy", oauth().jwt(), app.issuer.m2m("mch_a").jwt(), invalid),
        ("expired", oauth().jwt(), oauth().expired().jwt(), invalid),
        ("wrong", oauth().jwt(), "hello".to_owned(), invalid),
        ("empty", oauth().jwt(), String::new(), (4401, "missing-credential")),
    ];
    for (case, token, newer, (code, reason)) in table {
        let mut client = app.open(&token).await;
        client.send(&newer).await;
        assert_eq!(client.next().await, Err((code, reason.to_owned())), "{case}");
    }
}

/// When the socket closes, in seconds of the timers: the clock stands still.
async fn closes_after(client: &mut Client) -> u64 {
    pause();
    let start = Instant::now();
    let closed = loop {
        match client.next().await {
            Ok(_) => assert!(start.elapsed().as_secs() < 120, "the socket stays open"),
            Err(closed) => break closed,
        }
    };
    let seconds = start.elapsed().as_secs();
    resume();
    assert_eq!(closed, (4401, "token-expired".to_owned()));
    seconds
}

#[tokio::test]
async fn socket_closes_when_its_token_expires() {
    let app = App::start().await;
    for path in ["/first", "/guarded", "/flood"] {
        let token = app.issuer.session("user_ada").lives(Duration::from_secs(60)).jwt();
        let mut client = match path {
            "/first" => app.open(&token).await,
            _ => app.open_guarded(path, &token).await,
        };
        // With the skew of 5 seconds.
        let seconds = closes_after(&mut client).await;
        assert!((64..=66).contains(&seconds), "{path}: {seconds}");
    }
}

#[tokio::test]
async fn newer_token_moves_the_end_of_the_socket() {
    let app = App::start().await;
    let token = |seconds| {
        let session = app.issuer.session("user_ada").session_id("sess_1");
        session.lives(Duration::from_secs(seconds)).jwt()
    };
    for seconds in [90, 20] {
        let mut client = app.open(&token(60)).await;
        client.send(&token(seconds)).await;
        assert!(client.next().await.unwrap().starts_with("user_ada"));
        let closed_after = closes_after(&mut client).await;
        assert!((seconds + 4..=seconds + 6).contains(&closed_after), "{closed_after}");
    }
}
