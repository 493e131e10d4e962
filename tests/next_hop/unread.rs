//! The body of a rejected request is not read, and is not taken for the next request either.

use axum::{Router, routing::post};
use clerk_auth::{Clerk, ClerkLayer, clerk_auth, mcp::Policies, testing::DevIssuer};
use clerk_auth_tests::Server;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{NOTES, proxy, upstream::Upstream};

const POLICIES: Policies = Policies::new().tools(&[("list", NOTES)]).message_limit(10);

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn guarded() {}

fn handler(clerk: Clerk) -> Router {
    Router::new().route("/guarded", post(guarded)).with_state(clerk)
}

#[tokio::test]
async fn unread_body_is_not_the_next_request() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let bearer = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let bearer = format!("authorization: Bearer {bearer}\r\n");
    let smuggled = format!("DELETE /admin HTTP/1.1\r\nhost: app\r\n{bearer}\r\n");
    let length = format!("content-length: {}\r\n\r\n{smuggled}", smuggled.len());
    let chunked = format!(
        "transfer-encoding: chunked\r\n\r\n{:x}\r\n{smuggled}\r\n0\r\n\r\n",
        smuggled.len()
    );
    let preflight = "origin: https://evil.example\r\naccess-control-request-method: GET\r\n";
    let table = [
        // request line, fields, status
        ("POST /mcp", String::new(), "401"),
        ("POST /mcp", "authorization: Bearer junk\r\n".to_owned(), "401"),
        ("POST /mcp", "authorization: Bearer\r\n".to_owned(), "400"),
        ("OPTIONS /mcp", preflight.to_owned(), "401"),
        ("POST /mcp", format!("{bearer}content-encoding: gzip\r\n"), "415"),
        ("POST /mcp", format!("{bearer}upgrade: h2c\r\n"), "400"),
        ("POST /mcp", bearer.clone(), "413"),
        ("POST /guarded", String::new(), "401"),
    ];
    for (line, fields, status) in table {
        for body in [&length, &chunked] {
            let upstream = Upstream::start().await;
            let layer = ClerkLayer::new(clerk.clone(), NOTES).mcp(&POLICIES);
            let proxied = proxy::to(upstream.address).layer(layer);
            let app = Server::start(handler(clerk.clone()).fallback_service(proxied)).await;
            let mut stream = TcpStream::connect(app.address()).await.unwrap();
            let head = format!("{line} HTTP/1.1\r\nhost: app\r\n");
            let next =
                format!("GET /next HTTP/1.1\r\nhost: app\r\nconnection: close\r\n{bearer}\r\n");
            let sent = format!("{head}{fields}{body}{next}");
            stream.write_all(sent.as_bytes()).await.unwrap();
            let mut answers = String::new();
            stream.read_to_string(&mut answers).await.unwrap();
            let statuses = answers.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]);
            // The server goes on after the body, or closes the connection.
            let statuses: Vec<&str> = statuses.collect();
            let goes_on = statuses == [status, "200"];
            assert!(goes_on || statuses == [status], "{line} {fields:?}: {statuses:?}");
            drop((stream, app));
            let lines = upstream.messages().await.into_iter().map(|message| message.line);
            let expected = goes_on.then(|| "GET /next HTTP/1.1".to_owned());
            assert!(lines.eq(expected), "{line} {fields:?}");
        }
    }
}
