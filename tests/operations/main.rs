//! What an operator sees: numbers and spans, each of them as the page `operations` says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]
#![allow(clippy::unused_async, reason = "a handler is async, whether it waits or not")]

mod numbers;
mod pages;
mod recorder;
mod redirects;
mod spans;

use axum::{Router, routing::get};
use clerk_auth::{
    Clerk, ClerkBuilder, clerk_auth,
    testing::{DevIssuer, TestClock},
};
use clerk_auth_tests::Server;

/// The time at which each test starts, in seconds.
const NOW: u64 = 1_800_000_000;

#[clerk_auth(accepts = "any")]
async fn enter() {}

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = "read:notes", optional)]
async fn notes() {}

/// An app, the issuer that it believes, and the time that both see.
struct App {
    issuer: DevIssuer,
    clock: TestClock,
    clerk: Clerk,
    server: Server,
}

impl App {
    async fn start(set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Self {
        spans::listen();
        let clock = TestClock::at(NOW);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let clerk = set(issuer.clerk()).build().unwrap();
        let router = Router::new().route("/", get(enter)).route("/notes", get(notes));
        let server = Server::start(router.with_state(clerk.clone())).await;
        Self { issuer, clock, clerk, server }
    }

    async fn status(&self, path: &str, token: &str) -> u16 {
        self.server.get(path, token).await.status
    }
}
