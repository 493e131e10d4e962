//! One replica of a service, as a process: it prints its address, and serves until it is killed.
//!
//! Settings come from the environment, as for any service. `TEST_CACHE_MILLIS` and `TEST_RATE_LIMIT`
//! stand for what an application sets in code.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "only tests start it")]

use std::{env, time::Duration};

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use clerk_auth::{Clerk, ClerkBuilder, clerk_auth, fleet::Fleet, policy::OpaqueTokenType};
use tokio::net::TcpListener;

const TYPES: [OpaqueTokenType; 3] =
    [OpaqueTokenType::OAuthToken, OpaqueTokenType::M2mToken, OpaqueTokenType::ApiKey];

#[clerk_auth(accepts = "any")]
async fn enter() -> &'static str {
    "the handler ran"
}

/// What an application does after it revoked an API key.
async fn forget(State(clerk): State<Clerk>, key_id: String) {
    clerk.forget(OpaqueTokenType::ApiKey, &key_id).await;
}

async fn health(State(clerk): State<Clerk>) -> String {
    format!("{:?}", clerk.health().fleet)
}

fn number(variable: &str) -> Option<u32> {
    env::var(variable).ok().map(|text| text.parse().unwrap())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut builder = ClerkBuilder::from_env();
    for token_type in TYPES {
        if let Some(millis) = number("TEST_CACHE_MILLIS") {
            builder = builder.opaque_cache(token_type, Duration::from_millis(millis.into()));
        }
        if let Some(calls) = number("TEST_RATE_LIMIT") {
            builder = builder.opaque_rate_limit(token_type, calls);
            builder = builder.new_token_rate_limit(token_type, calls);
        }
    }
    if let Ok(sentinels) = env::var("TEST_SENTINELS") {
        builder = builder.fleet(Fleet::redis_sentinel("main", sentinels.split(',')).replicas(3));
    }
    let app = Router::new()
        .route("/", get(enter))
        .route("/forget", post(forget))
        .route("/health", get(health))
        .with_state(builder.build().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    axum::serve(listener, app).await.unwrap();
}
