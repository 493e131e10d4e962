//! What a guard costs, from the request's headers to the injected identity or the finished
//! refusal, beside the one signature that cannot be avoided.
//!
//! `cargo bench -p clerk-auth --features testing`

use std::{sync::LazyLock, time::Duration};

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use axum::{extract::FromRequestParts, response::IntoResponse};
use base64::{Engine, engine::general_purpose::STANDARD};
use clerk_auth::{Clerk, Guard, Guarded, Scopes, Subject, clerk_auth, testing::DevIssuer};
use divan::{Bencher, black_box};
use http::{Request, header::AUTHORIZATION, request::Parts};
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn notes(subject: Subject, scopes: Scopes) {
    let _ = (subject, scopes);
}

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

fn clerk() -> Clerk {
    ISSUER.clerk().jwt_key(ISSUER.public_key_pem()).jwt_cache_bytes(0).build().unwrap()
}

/// With the key set, as most applications have it, and the usual memory of verified JWTs.
fn remembering() -> Clerk {
    let clerk = ISSUER.clerk().build().unwrap();
    RUNTIME.block_on(clerk.warm_up()).unwrap();
    clerk
}

fn parts(token: &str) -> Parts {
    let request = Request::get("/notes").header(AUTHORIZATION, format!("Bearer {token}"));
    request.body(()).unwrap().into_parts().0
}

fn guard<P: Guarded>(bencher: Bencher<'_, '_>, clerk: &Clerk, token: &str, enters: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let parts = parts(token);
    bencher.with_inputs(|| parts.clone()).bench_local_values(|mut parts| {
        let guard = runtime.block_on(Guard::<P>::from_request_parts(&mut parts, clerk));
        assert_eq!(guard.is_ok(), enters);
        black_box(guard.map_err(IntoResponse::into_response).is_ok())
    });
}

/// The floor: one RS256 signature with a key that was parsed before.
#[divan::bench]
fn signature_alone(bencher: Bencher<'_, '_>) {
    let pem = ISSUER.public_key_pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key =
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, STANDARD.decode(body).unwrap()).unwrap();
    let (signed, signature) = TOKEN.rsplit_once('.').unwrap();
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature).unwrap();
    bencher.bench_local(|| key.verify_sig(black_box(signed.as_bytes()), &signature).unwrap());
}

#[divan::bench]
fn jwt_first_seen(bencher: Bencher<'_, '_>) {
    guard::<notes>(bencher, &clerk(), &TOKEN, true);
}

#[divan::bench]
fn jwt_seen_before(bencher: Bencher<'_, '_>) {
    guard::<notes>(bencher, &remembering(), &TOKEN, true);
}

#[divan::bench]
fn forged(bencher: Bencher<'_, '_>) {
    let (signed, signature) = TOKEN.rsplit_once('.').unwrap();
    let mut signature: String = signature.into();
    let end = if signature.starts_with('A') { "B" } else { "A" };
    signature.replace_range(0..1, end);
    guard::<notes>(bencher, &clerk(), &format!("{signed}.{signature}"), false);
}

#[divan::bench]
fn wrong_type(bencher: Bencher<'_, '_>) {
    let token = ISSUER.session("user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG").jwt();
    guard::<notes>(bencher, &clerk(), &token, false);
}

#[divan::bench]
fn wrong_shape(bencher: Bencher<'_, '_>) {
    guard::<notes>(bencher, &clerk(), "junk", false);
}

#[divan::bench]
fn baseline_without_guard(bencher: Bencher<'_, '_>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let parts = parts(&TOKEN);
    bencher.with_inputs(|| parts.clone()).bench_local_values(|mut parts| {
        runtime.block_on(async { black_box(&mut parts).headers.len() })
    });
}
