//! One token, verified by each contestant: from its text to checked claims.

use std::{
    hint::black_box,
    sync::Arc,
    time::{Instant, SystemTime},
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256},
};
use axum::extract::FromRequestParts;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use clerk_auth::{Clerk, Guard, testing};
use clerk_rs::validators::authorizer::validate_jwt;
use http::{HeaderValue, Request, header::AUTHORIZATION, request::Parts};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use tokio::runtime::Runtime;

use crate::{
    node::Node,
    rounds::{Contestant, TURN, Times, ready, run, time},
    world::{GuardedPolicy, World},
};

pub const FLOOR: &str = "aws-lc-rs: the signature alone, key parsed";
pub const ALONE: &str = "**clerk-auth**: the token alone, cache off";
pub const FIRST_SEEN: &str = "**clerk-auth**: whole guard, cache off";
pub const FIRST_SEEN_CACHED: &str = "**clerk-auth**: whole guard, cache on";
pub const CACHED: &str = "**clerk-auth**: whole guard, cached";

/// Parts of a guard that sees a token again, alone: not contestants, so not in the plot.
pub const PARTS: [&str; 2] = [
    "of this: SHA-256 of the signature (aws-lc-rs)",
    "of this: the system clock and the monotonic clock (std)",
];

/// What a handler would want to know.
#[derive(Deserialize)]
#[allow(dead_code, reason = "a verifier decodes it; nobody asks")]
struct Claims {
    sub: String,
    client_id: String,
    scope: Option<String>,
    scp: Vec<String>,
    exp: u64,
}

pub fn measure(runtime: &Runtime, world: &World, rounds: usize) -> Vec<Times> {
    let _inside = runtime.enter();
    let token = world.token.as_str();
    let caching = runtime.block_on(world.clerk(|clerk| clerk));
    let forgetting = runtime.block_on(world.clerk(|clerk| clerk.jwt_cache_bytes(0)));
    let pem = world.issuer.public_key_pem();
    let provider = Arc::new(world.clerk_rs_provider());
    let validator = runtime.block_on(world.resource_server());
    let decoding = DecodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_nbf = true;
    validation.set_issuer(&[world.issuer.issuer()]);
    let others: Vec<String> = (0..TURN).map(|number| world.another_token(number)).collect();
    let mut node = Node::start(&pem, token);
    let signature = token.rsplit_once('.').unwrap().1.as_bytes();
    // It loads its keys.
    runtime.block_on(validate_jwt(token, Arc::clone(&provider))).unwrap();

    let contestants = vec![
        Contestant::new(FLOOR, floor(world)),
        Contestant::new(ALONE, || {
            time(|| assert!(ready(testing::verify_alone(&forgetting, black_box(token)))))
        }),
        Contestant::new(FIRST_SEEN, || guards(&forgetting, &[token; TURN])),
        Contestant::new(FIRST_SEEN_CACHED, || {
            // Each round has its own cache, so none of its tokens is cached.
            let clerk = runtime.block_on(world.clerk(|clerk| clerk));
            let tokens: Vec<&str> = others.iter().map(String::as_str).collect();
            guards(&clerk, &tokens)
        }),
        Contestant::new("jsonwebtoken 11: `decode`, key parsed once", || {
            time(|| {
                let token = black_box(token);
                jsonwebtoken::decode::<Claims>(token, &decoding, &validation).unwrap()
            })
        }),
        Contestant::new("clerk-rs 0.5: `validate_jwt`", || {
            time(|| ready(validate_jwt(black_box(token), Arc::clone(&provider))).unwrap())
        }),
        Contestant::new("oauth-resource-server 0.4: `validate`", || {
            let token = world.token_for_audience.as_str();
            time(|| ready(validator.validate(black_box(token))).unwrap())
        }),
        Contestant::new("@clerk/backend 3.25 on Node: `authenticateRequest`", || node.round()),
        Contestant::new(CACHED, || guards(&caching, &[token; TURN])),
        Contestant::new(PARTS[0], || time(|| digest(&SHA256, black_box(signature)))),
        Contestant::new(PARTS[1], || time(|| (SystemTime::now(), Instant::now()))),
    ];
    run(contestants, rounds)
}

/// One signature with a key that was parsed before: what nobody who verifies can save.
pub fn floor(world: &World) -> impl FnMut() -> f64 + '_ {
    let pem = world.issuer.public_key_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body).unwrap();
    let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).unwrap();
    let (signed, signature) = world.token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    move || time(|| key.verify_sig(black_box(signed.as_bytes()), &signature).unwrap())
}

/// The extractor by hand, with what the attribute injects: from the request's head to the values of the
/// handler. The heads are made and dropped outside of the time.
fn guards(clerk: &Clerk, tokens: &[&str]) -> f64 {
    let mut heads: Vec<Parts> = tokens.iter().map(|token| head(token)).collect();
    let mut heads = heads.iter_mut();
    time(|| {
        let parts = heads.next().unwrap();
        let guard = ready(Guard::<GuardedPolicy>::from_request_parts(parts, clerk)).unwrap();
        (guard.subject().clone(), guard.scopes().clone())
    })
}

/// The field is a part of a larger buffer, as when hyper reads it from a connection.
pub fn field(token: &str) -> HeaderValue {
    let line = Bytes::from(format!("authorization: Bearer {token}\r\n"));
    HeaderValue::from_maybe_shared(line.slice(15..line.len() - 2)).unwrap()
}

pub fn head(token: &str) -> Parts {
    let request = Request::get("/guarded").header(AUTHORIZATION, field(token));
    request.body(()).unwrap().into_parts().0
}
