//! What a guard takes from the heap: counted, not timed.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::convert::Infallible;

use allocation_counter::measure;
use axum::{
    Extension, Router,
    body::{Body, Bytes},
    response::Response,
    routing::{get, post},
};
use clerk_auth::{
    Clerk, ClerkLayer, Policy, Scopes, Subject, clerk_auth, mcp::Policies, policy,
    testing::DevIssuer,
};
use futures_util::{StreamExt, stream};
use http::{Request, StatusCode, header::AUTHORIZATION};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn guarded(subject: Subject, scopes: Scopes) -> StatusCode {
    assert!(subject.as_str() == "user_ada" && scopes.contains("read:notes"));
    StatusCode::OK
}

async fn open() -> StatusCode {
    StatusCode::OK
}

/// Blocks that one request takes from the heap, the answer included.
fn blocks(runtime: &Runtime, router: &Router, path: &str, token: &str) -> u64 {
    let request = || {
        let field = format!("Bearer {token}");
        Request::get(path).header(AUTHORIZATION, field).body(Body::empty()).unwrap()
    };
    let send = |request| {
        let answer: Response = runtime.block_on(router.clone().oneshot(request)).unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    };
    // The first request may fill memories that the next ones use.
    send(request());
    let request = request();
    measure(|| send(request)).count_total
}

#[test]
fn a_jwt_that_was_seen_before_takes_at_most_three_blocks() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let issuer = runtime.block_on(DevIssuer::start()).unwrap();
    let token = issuer.oauth("user_ada").scopes(["read:notes", "write:notes"]).jwt();
    let app = |clerk: Clerk| {
        Router::new()
            .route("/guarded", get(guarded))
            .route("/open", get(open))
            // The map of extensions grows at its fourth entry, whoever inserts it.
            .layer(Extension(()))
            .with_state(clerk)
    };
    let router = app(issuer.clerk().build().unwrap());
    let unguarded = blocks(&runtime, &router, "/open", &token);
    let seen_before = blocks(&runtime, &router, "/guarded", &token) - unguarded;
    assert!(seen_before <= 3, "{seen_before}");
    let router = app(issuer.clerk().jwt_cache_bytes(0).build().unwrap());
    let first_seen = blocks(&runtime, &router, "/guarded", &token) - unguarded;
    assert!(first_seen <= 16, "{first_seen}");
}

const READ: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");
/// The limit of a message, which is not a power of two.
const LENGTH: usize = 5 * 1024 * 256;
const POLICIES: Policies = Policies::new().tools(&[("list", READ)]).message_limit(LENGTH);

#[test]
fn message_in_chunks_of_a_byte_takes_memory_of_its_length() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let issuer = runtime.block_on(DevIssuer::start()).unwrap();
    let layer = ClerkLayer::new(issuer.clerk().build().unwrap(), READ).mcp(&POLICIES);
    let router = Router::new().route("/mcp", post(open)).layer(layer);
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let send = |body, status| {
        let request = Request::post("/mcp")
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header("content-type", "application/json");
        let answer: Response =
            runtime.block_on(router.clone().oneshot(request.body(body).unwrap())).unwrap();
        assert_eq!(answer.status(), status);
    };
    let message = |length| {
        let bytes = stream::iter(b"{}".iter().copied()).chain(stream::repeat(b' ')).take(length);
        // Each chunk has a block of its own, as those that come from a socket have.
        Body::from_stream(bytes.map(|byte| Ok::<_, Infallible>(Bytes::copy_from_slice(&[byte]))))
    };
    send(message(2), StatusCode::OK);
    let length = u64::try_from(LENGTH).unwrap();
    for (bytes, status) in [(LENGTH, StatusCode::OK), (LENGTH + 1, StatusCode::PAYLOAD_TOO_LARGE)] {
        let most = measure(|| send(message(bytes), status)).bytes_max;
        assert!((length..2 * length).contains(&most), "{bytes}: {most}");
    }
}
