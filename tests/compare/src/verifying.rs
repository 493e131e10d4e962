//! One token, verified by each contestant: from its text to checked claims.

use std::{hint::black_box, sync::Arc, time::Instant};

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256},
};
use axum::extract::FromRequestParts;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use clerk_auth::{Clerk, Guard};
use clerk_rs::validators::authorizer::validate_jwt;
use http::{Request, header::AUTHORIZATION, request::Parts};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use tokio::runtime::Runtime;

use crate::{
    node::Node,
    rounds::{Contestant, Times, each, run},
    world::{World, guarded},
};

/// Calls of one contestant in one round.
const CALLS: usize = 100;

pub const FLOOR: &str = "aws-lc-rs: the signature alone, key parsed";
pub const FIRST_SEEN: &str = "**clerk-auth**: whole guard, cache off";
pub const FIRST_SEEN_REMEMBERED: &str = "**clerk-auth**: whole guard, cache on";
pub const SEEN_BEFORE: &str = "**clerk-auth**: whole guard, seen before";
pub const HASH: &str = "aws-lc-rs: SHA-256 of the token";

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
    let token = world.token.as_str();
    let remembering = runtime.block_on(world.clerk(|clerk| clerk));
    let forgetting = runtime.block_on(world.clerk(|clerk| clerk.jwt_cache_bytes(0)));
    let pem = world.issuer.public_key_pem();
    let provider = Arc::new(world.clerk_rs_provider());
    let validator = runtime.block_on(world.resource_server());
    let decoding = DecodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_nbf = true;
    validation.set_issuer(&[world.issuer.issuer()]);
    let others: Vec<String> = (0..CALLS).map(|number| world.another_token(number)).collect();
    let mut node = Node::start(&pem, token);
    // A thread without workers: what is timed has nothing to wait for.
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    let contestants = vec![
        Contestant::new(FLOOR, floor(world)),
        Contestant::new(FIRST_SEEN, || guards(&alone, &forgetting, &vec![token; CALLS])),
        Contestant::new(FIRST_SEEN_REMEMBERED, || {
            // Each round has a memory of its own, so no token of it was seen before.
            let clerk = runtime.block_on(world.clerk(|clerk| clerk));
            let tokens: Vec<&str> = others.iter().map(String::as_str).collect();
            guards(&alone, &clerk, &tokens)
        }),
        Contestant::new("jsonwebtoken 11: `decode`, key parsed once", || {
            timed(|| {
                let token = black_box(token);
                jsonwebtoken::decode::<Claims>(token, &decoding, &validation).unwrap()
            })
        }),
        Contestant::new("clerk-rs 0.5: `validate_jwt`", || {
            let start = Instant::now();
            alone.block_on(async {
                for _ in 0..CALLS {
                    black_box(validate_jwt(black_box(token), Arc::clone(&provider)).await.unwrap());
                }
            });
            each(start.elapsed(), CALLS)
        }),
        Contestant::new("oauth-resource-server 0.4: `validate`", || {
            let token = world.token_for_audience.as_str();
            let start = Instant::now();
            alone.block_on(async {
                for _ in 0..CALLS {
                    black_box(validator.validate(black_box(token)).await.unwrap());
                }
            });
            each(start.elapsed(), CALLS)
        }),
        Contestant::new("@clerk/backend 3.25 on Node: `authenticateRequest`", || node.round()),
        Contestant::new(SEEN_BEFORE, || guards(&alone, &remembering, &vec![token; CALLS])),
        Contestant::new(HASH, || timed(|| digest(&SHA256, black_box(token.as_bytes())))),
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
    move || timed(|| key.verify_sig(black_box(signed.as_bytes()), &signature).unwrap())
}

fn timed<T>(mut call: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(call());
    }
    each(start.elapsed(), CALLS)
}

/// The extractor by hand, with what the attribute injects: from the request's head to the values of the
/// handler. The heads are made and dropped outside of the time.
fn guards(alone: &Runtime, clerk: &Clerk, tokens: &[&str]) -> f64 {
    let mut heads: Vec<Parts> = tokens.iter().map(|token| head(token)).collect();
    let start = Instant::now();
    alone.block_on(async {
        for parts in &mut heads {
            let guard = Guard::<guarded>::from_request_parts(parts, clerk).await.unwrap();
            black_box((guard.subject(), guard.scopes()));
        }
    });
    each(start.elapsed(), tokens.len())
}

pub fn head(token: &str) -> Parts {
    let request = Request::get("/guarded").header(AUTHORIZATION, format!("Bearer {token}"));
    request.body(()).unwrap().into_parts().0
}
