//! Verified JWTs that are remembered, and keys that go.

use crate::app::{App, SECOND, is_waiting};

/// The first request verifies its token with keys that are withdrawn before it can remember what it
/// verified. It entered in time; nobody enters after it.
#[tokio::test]
async fn cached_token_of_a_withdrawn_key_is_rejected() {
    let app = App::start().await;
    let old = app.token();
    let mut first = Box::pin(app.ask(&old));
    assert!(is_waiting(first.as_mut()).await);
    // The load that it waits for ends, and it has not looked yet.
    app.clerk.warm_up().await.unwrap();
    app.issuer.rotate_key().await.unwrap();
    app.answers(&app.token(), 200, 1, "the new key").await;
    assert_eq!(first.await, 200);
    assert_eq!(app.clerk.health().cached_jwts, 2, "both tokens");
    app.answers(&old, 401, 1, "the withdrawn key, looked for once more").await;
}

/// What is remembered belongs to a key, not to one load of the set.
#[tokio::test]
async fn load_with_the_same_keys_forgets_nothing() {
    let app = App::start().await;
    let token = app.token();
    app.answers(&token, 200, 1, "cold").await;
    app.clock.advance(300 * SECOND);
    app.answers(&token, 200, 1, "loaded anew").await;
    assert_eq!(app.clerk.health().cached_jwts, 1);
    app.answers(&token, 200, 0, "cached").await;
}
