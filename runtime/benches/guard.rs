//! What a guard adds to a request, from its headers to the injected values or the finished refusal,
//! beside the one signature that cannot be avoided.
//!
//! `cargo bench -p clerk-auth --features testing`

#![allow(
    clippy::unwrap_used,
    clippy::unused_async,
    reason = "a benchmark stops where something is not as it should be; a handler is async"
)]

use std::{sync::LazyLock, time::Duration};

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use axum::{Router, body::Body, response::Response, routing::get};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use clerk_auth::{Clerk, ClerkBuilder, Scopes, Subject, clerk_auth, testing::DevIssuer};
use divan::{Bencher, black_box};
use http::{Request, StatusCode, header::AUTHORIZATION};
use tokio::runtime::Runtime;
use tower::ServiceExt;

fn main() {
    divan::main();
}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn guarded(subject: Subject, scopes: Scopes) {
    black_box((subject, scopes));
}

async fn open() {}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static ISSUER: LazyLock<DevIssuer> =
    LazyLock::new(|| RUNTIME.block_on(DevIssuer::start()).unwrap());
/// Tokens of 932 bytes, like Clerk's.
static TOKEN: LazyLock<String> = LazyLock::new(|| {
    let builder = |padding: usize| {
        ISSUER
            .oauth("user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG")
            .scopes(["read:notes", "write:notes"])
            .lives(Duration::from_secs(86_400))
            .claim("padding", "x".repeat(padding))
            .jwt()
    };
    let short = builder(0).len();
    let token = builder((932 - short) * 3 / 4);
    assert!((930..=934).contains(&token.len()), "{}", token.len());
    token
});

/// With the key set, as most applications have it, and the usual memory of verified JWTs.
fn caching() -> Clerk {
    warm(ISSUER.clerk())
}

/// Without that memory: each token is seen for the first time.
fn forgetting() -> Clerk {
    warm(ISSUER.clerk().jwt_cache_bytes(0))
}

fn warm(clerk: ClerkBuilder) -> Clerk {
    let clerk = clerk.build().unwrap();
    RUNTIME.block_on(clerk.warm_up()).unwrap();
    clerk
}

/// One route behind a guard and one without, as an application has them.
fn app(clerk: Clerk) -> Router {
    Router::new().route("/guarded", get(guarded)).route("/open", get(open)).with_state(clerk)
}

/// A whole request through the router, without a socket, to the finished answer.
fn request(bencher: Bencher<'_, '_>, clerk: Clerk, path: &str, token: &str, status: StatusCode) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (router, field) = (app(clerk), format!("Bearer {token}"));
    let input = || {
        let request = Request::get(path).header(AUTHORIZATION, &field);
        (router.clone(), request.body(Body::empty()).unwrap())
    };
    bencher.with_inputs(input).bench_local_values(|(router, request)| {
        let answer: Response = runtime.block_on(router.oneshot(request)).unwrap();
        assert_eq!(answer.status(), status);
        answer
    });
}

/// The floor: one RS256 signature with a key that was parsed before.
#[divan::bench]
fn a_signature_alone(bencher: Bencher<'_, '_>) {
    let pem = ISSUER.public_key_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key =
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, STANDARD.decode(body).unwrap()).unwrap();
    let (signed, signature) = TOKEN.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bencher.bench_local(|| key.verify_sig(black_box(signed.as_bytes()), &signature).unwrap());
}

/// What is taken off all the others.
#[divan::bench]
fn b_no_guard(bencher: Bencher<'_, '_>) {
    request(bencher, caching(), "/open", &TOKEN, StatusCode::OK);
}

#[divan::bench]
fn c_jwt_seen_before(bencher: Bencher<'_, '_>) {
    request(bencher, caching(), "/guarded", &TOKEN, StatusCode::OK);
}

#[divan::bench]
fn d_jwt_first_seen(bencher: Bencher<'_, '_>) {
    request(bencher, forgetting(), "/guarded", &TOKEN, StatusCode::OK);
}

#[divan::bench]
fn e_forged(bencher: Bencher<'_, '_>) {
    let (signed, signature) = TOKEN.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let forged = format!("{signed}.{other}{}", signature.split_at(1).1);
    request(bencher, forgetting(), "/guarded", &forged, StatusCode::UNAUTHORIZED);
}

#[divan::bench]
fn f_expired(bencher: Bencher<'_, '_>) {
    let token = ISSUER.oauth("user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG").expired().jwt();
    request(bencher, forgetting(), "/guarded", &token, StatusCode::UNAUTHORIZED);
}

#[divan::bench]
fn g_wrong_type(bencher: Bencher<'_, '_>) {
    let token = ISSUER.session("user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG").jwt();
    request(bencher, forgetting(), "/guarded", &token, StatusCode::UNAUTHORIZED);
}

#[divan::bench]
fn h_wrong_shape(bencher: Bencher<'_, '_>) {
    request(bencher, forgetting(), "/guarded", "junk", StatusCode::UNAUTHORIZED);
}
