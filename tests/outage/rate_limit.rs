//! How often opaque tokens are verified: each type has a limit of its own, and tokens that Clerk never
//! approved share a part of it.

use std::time::Duration;

use clerk_auth::{
    policy::OpaqueTokenType,
    testing::{Answer, Endpoint},
};

use crate::{
    app::{App, SECOND},
    opaque::{of_a_server, tokens},
};

/// An app with these limits for all types.
async fn limited(first: &App, calls: u32, for_new_tokens: u32) -> App {
    first
        .again(|mut clerk| {
            for token_type in
                [OpaqueTokenType::OAuthToken, OpaqueTokenType::M2mToken, OpaqueTokenType::ApiKey]
            {
                clerk = clerk.opaque_rate_limit(token_type, calls);
                clerk = clerk.new_token_rate_limit(token_type, for_new_tokens);
            }
            clerk
        })
        .await
}

/// The limit is whole at once, and each call comes back ten seconds after it started.
#[tokio::test]
async fn calls_beyond_the_limit_are_503_with_the_time_to_wait() {
    let first = App::start().await;
    for (token_type, _, token) in tokens(&first) {
        let app = limited(&first, 20, 20).await;
        for _ in 0..10 {
            app.costs(&token, 200, 1, token_type).await;
        }
        app.clock.advance(4 * SECOND);
        for _ in 0..10 {
            app.costs(&token, 200, 1, token_type).await;
        }
        let throttled = app.costs(&token, 503, 0, "used up").await;
        assert_eq!(throttled.header("retry-after"), "6");
        app.clock.advance(Duration::from_millis(5_001));
        let throttled = app.costs(&token, 503, 0, "used up").await;
        assert_eq!(throttled.header("retry-after"), "1");
        app.clock.advance(Duration::from_millis(999));
        for _ in 0..10 {
            app.costs(&token, 200, 1, "the first ten are back").await;
        }
        app.costs(&token, 503, 0, "the others are not").await;
        // JWTs need no call.
        app.answers(&app.token(), 200, 1, "a JWT").await;
    }
}

#[tokio::test]
async fn each_type_has_a_limit_of_its_own() {
    let first = App::start().await;
    let app = limited(&first, 3, 3).await;
    for (token_type, _, token) in tokens(&app) {
        for _ in 0..3 {
            app.costs(&token, 200, 1, token_type).await;
        }
        app.costs(&token, 503, 0, token_type).await;
    }
}

/// Sends `count` invalid tokens, no two alike; how many calls they cause.
async fn invalid(app: &App, prefix: &str, count: usize) -> usize {
    let before = app.issuer.calls().total();
    for number in 0..count {
        app.ask(&format!("{prefix}_{before}x{number}")).await;
    }
    app.issuer.calls().total() - before
}

/// What Clerk allows for the secret key is for OAuth tokens alone. Half of it is for new tokens.
#[tokio::test]
async fn default_limits_are_those_of_the_page() {
    let first = App::start().await;
    let development = first.again(|clerk| clerk).await;
    let production = first.again(|_| of_a_server(&first).secret_key("sk_live_of_nobody")).await;
    for (app, prefix, for_new) in [
        (&development, "oat", 50),
        (&development, "mt", 5000),
        (&development, "ak", 5000),
        (&production, "oat", 500),
        (&production, "ak", 5000),
    ] {
        // Clerk answers nothing about the token, so nothing is cached.
        for endpoint in [Endpoint::OAuthVerify, Endpoint::M2mVerify, Endpoint::ApiKeyVerify] {
            app.issuer.answer_with(endpoint, Answer::status(500));
        }
        assert_eq!(invalid(app, prefix, 5100).await, for_new, "{prefix}");
    }
    first.issuer.answer_normally();
    let oauth = first.issuer.oauth("user_ada").opaque();
    let app = first.again(|clerk| clerk).await;
    for call in 0..100 {
        app.costs(&oauth, 200, 1, call).await;
    }
    app.costs(&oauth, 503, 0, "what Clerk allows in development").await;
}

/// Demand below the limit is never throttled, however long it lasts.
#[tokio::test]
async fn steady_demand_is_served_for_a_minute() {
    let first = App::start().await;
    let production =
        first.again(|clerk| clerk.opaque_rate_limit(OpaqueTokenType::OAuthToken, 1000)).await;
    let oauth: Vec<String> = (0..9).map(|_| first.issuer.oauth("user_ada").opaque()).collect();
    for tenth in 0..600 {
        production.clock.advance(SECOND / 10);
        for token in &oauth {
            assert_eq!(production.ask(token).await, 200, "{tenth}");
        }
    }
    // Never approved before, each of them: 300 in a second.
    for tenth in 0..120 {
        production.clock.advance(SECOND / 10);
        for _ in 0..30 {
            let key = first.issuer.api_key("user_ada").opaque();
            assert_eq!(production.ask(&key).await, 200, "{tenth}");
        }
    }
}

#[tokio::test]
async fn approved_tokens_keep_their_part_in_a_flood_of_invalid_ones() {
    let first = App::start().await;
    for ((token_type, _, token), prefix) in tokens(&first).into_iter().zip(["oat", "mt", "ak"]) {
        let app = limited(&first, 40, 10).await;
        app.costs(&token, 200, 1, "approved").await;
        for window in 0..5 {
            app.clock.advance(10 * SECOND);
            assert_eq!(invalid(&app, prefix, 100).await, 10, "{token_type} {window}");
            for _ in 0..30 {
                app.costs(&token, 200, 1, token_type).await;
            }
            app.costs(&token, 503, 0, "the whole limit is used up").await;
        }
    }
}

/// A token that is used for the first time cannot be told from an invalid one before the call.
#[tokio::test]
async fn new_tokens_share_their_part_with_invalid_ones() {
    let first = App::start().await;
    let app = limited(&first, 40, 10).await;
    assert_eq!(invalid(&app, "ak", 100).await, 10);
    let new = app.issuer.api_key("user_ada").opaque();
    let throttled = app.costs(&new, 503, 0, "behind the flood").await;
    assert_eq!(throttled.header("retry-after"), "10");
    app.clock.advance(10 * SECOND);
    app.costs(&new, 200, 1, "ahead of it").await;
    assert_eq!(invalid(&app, "ak", 100).await, 9);
    app.costs(&new, 200, 1, "approved by now").await;
}

/// What once was approved and is not any more counts as new.
#[tokio::test]
async fn revoked_token_loses_its_part() {
    let first = App::start().await;
    let app = first
        .again(|clerk| {
            let clerk = clerk.negative_cache_ttl(Duration::ZERO);
            let clerk = clerk.opaque_rate_limit(OpaqueTokenType::ApiKey, 40);
            clerk.new_token_rate_limit(OpaqueTokenType::ApiKey, 10)
        })
        .await;
    let key = app.issuer.api_key("user_ada").opaque();
    app.costs(&key, 200, 1, "approved").await;
    assert!(app.issuer.revoke(&key));
    assert_eq!(invalid(&app, "ak", 100).await, 9);
    app.costs(&key, 401, 1, "from the part of approved tokens").await;
    app.costs(&key, 503, 0, "no longer").await;
}
