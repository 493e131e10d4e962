//! Whole requests through an axum router, without a socket: with each guard, and without one.

use std::time::Instant;

use axum::{Router, body::Body};
use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header::AUTHORIZATION};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::{
    rounds::{Contestant, Times, each, run},
    world::World,
};

const CALLS: usize = 100;

pub const UNGUARDED: &str = "no guard";
pub const SEEN_BEFORE: &str = "**clerk-auth**, seen before";

pub fn measure(runtime: &Runtime, world: &World, rounds: usize) -> Vec<Times> {
    let app = World::app(runtime.block_on(world.clerk(|clerk| clerk)));
    let forgetting =
        World::app(runtime.block_on(world.clerk(|clerk| clerk.jwt_cache_bytes(0))));
    let clerk_rs = world.clerk_rs_app();
    let resource_server = runtime.block_on(world.resource_server_app());
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let send = |router: &Router, path: &str, token: &str| requests(&alone, router, path, token);

    let contestants = vec![
        Contestant::new(UNGUARDED, || send(&app, "/open", &world.token)),
        Contestant::new(SEEN_BEFORE, || send(&app, "/guarded", &world.token)),
        Contestant::new("**clerk-auth**, cache off", || {
            send(&forgetting, "/guarded", &world.token)
        }),
        Contestant::new("clerk-rs 0.5, its layer", || send(&clerk_rs, "/guarded", &world.token)),
        Contestant::new("oauth-resource-server 0.4, its layer", || {
            send(&resource_server, "/guarded", &world.token_for_audience)
        }),
    ];
    run(contestants, rounds)
}

/// The router is cloned and the request made outside of the time; the answer is dropped inside.
fn requests(alone: &Runtime, router: &Router, path: &str, token: &str) -> f64 {
    let input: Vec<_> = (0..CALLS).map(|_| (router.clone(), request(path, token))).collect();
    let start = Instant::now();
    alone.block_on(async {
        for (router, request) in input {
            let answer = router.oneshot(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
        }
    });
    each(start.elapsed(), CALLS)
}

/// The field is a part of a larger buffer, as when hyper reads it from a connection.
fn request(path: &str, token: &str) -> Request<Body> {
    let line = Bytes::from(format!("authorization: Bearer {token}\r\n"));
    let value = HeaderValue::from_maybe_shared(line.slice(15..line.len() - 2)).unwrap();
    Request::get(path).header(AUTHORIZATION, value).body(Body::empty()).unwrap()
}
