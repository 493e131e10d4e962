//! Whole requests through an axum router, without a socket: with each guard, and without one.

use axum::{Router, body::Body};
use http::{Request, StatusCode, header::AUTHORIZATION};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::{
    rounds::{Contestant, TURN, Times, ready, run, time},
    verifying::field,
    world::World,
};

pub const UNGUARDED: &str = "no guard";
pub const CACHED: &str = "**clerk-auth**, cached";
pub const PEER: &str = "clerk-rs 0.5, its layer";

pub fn measure(runtime: &Runtime, world: &World, rounds: usize) -> Vec<Times> {
    let _inside = runtime.enter();
    let app = World::app(runtime.block_on(world.clerk(|clerk| clerk)));
    let forgetting = World::app(runtime.block_on(world.clerk(|clerk| clerk.jwt_cache_bytes(0))));
    let clerk_rs = world.clerk_rs_app();
    let resource_server = runtime.block_on(world.resource_server_app());
    // It loads its keys.
    runtime.block_on(clerk_rs.clone().oneshot(request("/guarded", &world.token))).unwrap();

    let contestants = vec![
        Contestant::new(UNGUARDED, || requests(&app, "/open", &world.token)),
        Contestant::new(CACHED, || requests(&app, "/guarded", &world.token)),
        Contestant::new("**clerk-auth**, cache off", || {
            requests(&forgetting, "/guarded", &world.token)
        }),
        Contestant::new(PEER, || requests(&clerk_rs, "/guarded", &world.token)),
        Contestant::new("oauth-resource-server 0.4, its layer", || {
            requests(&resource_server, "/guarded", &world.token_for_audience)
        }),
    ];
    run(contestants, rounds)
}

/// The router is cloned and the request made outside of the time; the answer is dropped inside.
fn requests(router: &Router, path: &str, token: &str) -> f64 {
    let input: Vec<_> = (0..TURN).map(|_| (router.clone(), request(path, token))).collect();
    let mut input = input.into_iter();
    time(|| {
        let (router, request) = input.next().unwrap();
        let answer = ready(router.oneshot(request)).unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    })
}

fn request(path: &str, token: &str) -> Request<Body> {
    Request::get(path).header(AUTHORIZATION, field(token)).body(Body::empty()).unwrap()
}
