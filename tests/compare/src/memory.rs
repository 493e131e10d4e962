//! What one verifier takes from the heap with its caches full, at their default bounds.
//!
//! It prints the number of remembered JWTs and the bytes. The count is of everything that was taken on
//! this thread and not given back: the verifier, both caches, and its connections.

use allocation_counter::measure;
use axum::{Router, body::Body, routing::get};
use clerk_auth::{Clerk, clerk_auth, policy::OpaqueTokenType, testing::DevIssuer};
use http::{Request, header::AUTHORIZATION};
use tokio::runtime::Builder;
use tower::ServiceExt;

#[clerk_auth(accepts = "any")]
async fn anybody() {}

fn main() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let issuer = runtime.block_on(DevIssuer::start()).unwrap();
    let send = |clerk: &Clerk, token: &str| {
        let router: Router = Router::new().route("/", get(anybody)).with_state(clerk.clone());
        let request = Request::get("/").header(AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        runtime.block_on(router.oneshot(request)).unwrap().status().as_u16()
    };

    // More than the bounds hold: 16 MiB of JWTs, and 10,000 verdicts about opaque tokens. Signing is
    // what takes time here.
    let tokens: Vec<String> = (0..24_000).map(|number| oauth(&issuer, number)).collect();
    let mut clerk = None;
    let heap = measure(|| {
        let full = issuer.clerk().opaque_rate_limit(OpaqueTokenType::ApiKey, 1_000_000);
        let full = full.build().unwrap();
        for token in &tokens {
            assert_eq!(send(&full, token), 200);
        }
        for number in 0..12_000 {
            assert_eq!(send(&full, &format!("ak_{number:032}")), 401);
        }
        clerk = Some(full);
    });
    let cached = clerk.map_or(0, |clerk| clerk.health().cached_jwts);
    println!("{cached} {}", heap.bytes_current);
}

fn oauth(issuer: &DevIssuer, number: usize) -> String {
    issuer.oauth(format!("user_{number:027}")).scopes(["read:notes", "write:notes"]).jwt()
}
