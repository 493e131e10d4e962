//! Opaque tokens: Clerk is asked once for many, seldom for junk, and never more than it allows.

use std::time::Duration;

use clerk_auth::{
    Clerk, ClerkBuilder,
    policy::OpaqueTokenType,
    testing::{Answer, Endpoint},
};

use crate::app::{App, SECOND, is_waiting, patient};

pub(crate) fn tokens(app: &App) -> [(OpaqueTokenType, Endpoint, String); 3] {
    [
        (OpaqueTokenType::OAuthToken, Endpoint::OAuthVerify, app.issuer.oauth("user_ada").opaque()),
        (OpaqueTokenType::M2mToken, Endpoint::M2mVerify, app.issuer.m2m("mch_caller").opaque()),
        (OpaqueTokenType::ApiKey, Endpoint::ApiKeyVerify, app.issuer.api_key("user_ada").opaque()),
    ]
}

#[tokio::test]
async fn ten_thousand_requests_at_once_with_one_token_ask_once() {
    let app = App::with(patient).await;
    for (token_type, _, token) in tokens(&app) {
        let before = app.issuer.calls().total();
        let mut requests: Vec<_> = (0..10_000).map(|_| Box::pin(app.ask(&token))).collect();
        for request in &mut requests {
            assert!(is_waiting(request.as_mut()).await);
        }
        for request in requests {
            assert_eq!(request.await, 200);
        }
        assert_eq!(app.issuer.calls().total(), before + 1, "{token_type}");
    }
}

/// The dev issuer's own configuration reuses none, so that a test sees a revocation at once.
#[tokio::test]
async fn dev_issuer_reuses_no_approval_unless_configured() {
    let app = App::start().await;
    for (token_type, _, token) in tokens(&app) {
        for _ in 0..3 {
            app.costs(&token, 200, 1, token_type).await;
        }
        assert!(app.issuer.revoke(&token));
        app.costs(&token, 401, 1, token_type).await;
    }
}

/// A configuration as a server has it.
pub(crate) fn of_a_server(app: &App) -> ClerkBuilder {
    Clerk::builder()
        .secret_key(app.issuer.secret_key())
        .api_url(app.issuer.url())
        .any_machine()
        .clock(app.clock.clone())
}

#[tokio::test]
async fn approval_is_reused_for_one_second_by_default() {
    let issuer = App::start().await;
    let app = issuer.again(|_| of_a_server(&issuer)).await;
    for (token_type, _, token) in tokens(&app) {
        app.costs(&token, 200, 1, token_type).await;
        assert!(app.issuer.revoke(&token));
        app.clock.advance(Duration::from_millis(999));
        app.costs(&token, 200, 0, "reused").await;
        app.clock.advance(Duration::from_millis(1));
        app.costs(&token, 401, 1, "verified again").await;
    }
    for (token_type, _, token) in tokens(&app) {
        let app =
            issuer.again(|_| of_a_server(&issuer).opaque_cache(token_type, Duration::ZERO)).await;
        app.costs(&token, 200, 1, token_type).await;
        app.costs(&token, 200, 1, token_type).await;
    }
}

/// Each token causes one call a second, whoever sends it how often.
#[tokio::test]
async fn one_token_cannot_use_up_the_rate_limit() {
    let issuer = App::start().await;
    let app = issuer.again(|_| of_a_server(&issuer)).await;
    for (token_type, _, token) in tokens(&app) {
        let (before, other) = (app.issuer.calls().total(), tokens(&app));
        for _ in 0..10 {
            for _ in 0..200 {
                assert_eq!(app.ask(&token).await, 200, "{token_type}");
            }
            app.clock.advance(SECOND);
        }
        assert_eq!(app.issuer.calls().total() - before, 10, "{token_type}");
        for (_, _, token) in other {
            app.costs(&token, 200, 1, token_type).await;
        }
        app.clock.advance(10 * SECOND);
    }
}

#[tokio::test]
async fn rejections_are_cached_for_ten_seconds() {
    let app = App::start().await;
    for token in ["oat_junk", "mt_junk", "ak_junk"] {
        for _ in 0..100 {
            app.ask(token).await;
        }
        app.costs(token, 401, 0, "cached").await;
    }
    assert_eq!(app.issuer.calls().total(), 3);
    app.clock.advance(Duration::from_millis(9_999));
    app.costs("ak_junk", 401, 0, "cached").await;
    app.clock.advance(Duration::from_millis(1));
    app.costs("ak_junk", 401, 1, "forgotten").await;
}

/// What is not the token's fault says nothing about it.
#[tokio::test]
async fn outage_is_not_cached_as_a_rejection() {
    let app = App::start().await;
    for (token_type, endpoint, token) in tokens(&app) {
        for (answer, status) in [
            (Answer::status(500), 503),
            (Answer::body(200, "text/html", "<p>"), 503),
            (Answer::body(200, "application/json", "{}"), 503),
            (Answer::body(404, "text/html", "<p>"), 503),
            (Answer::body(401, "application/json", "{}"), 503),
            (Answer::status(403), 500),
            (Answer::status(401), 500),
            (Answer::status(415), 500),
        ] {
            app.issuer.answer_once(endpoint, answer);
            app.costs(&token, status, 1, token_type).await;
            app.costs(&token, 200, 1, token_type).await;
        }
    }
}

#[tokio::test]
async fn configured_type_is_cached_until_its_ttl_or_expiry() {
    let issuer = App::start().await;
    for (token_type, _, token) in tokens(&issuer) {
        let app = issuer.again(|clerk| clerk.opaque_cache(token_type, 30 * SECOND)).await;
        app.costs(&token, 200, 1, token_type).await;
        assert!(app.issuer.revoke(&token));
        app.clock.advance(Duration::from_millis(29_999));
        app.costs(&token, 200, 0, "still remembered").await;
        app.clock.advance(Duration::from_millis(1));
        app.costs(&token, 401, 1, "Clerk is asked").await;
        for (other, _, token) in tokens(&app).into_iter().filter(|(it, ..)| *it != token_type) {
            app.costs(&token, 200, 1, other).await;
            app.costs(&token, 200, 1, other).await;
        }
    }
    let app = issuer.again(|clerk| clerk.opaque_cache(OpaqueTokenType::ApiKey, 30 * SECOND)).await;
    let brief = app.issuer.api_key("user_ada").lives(10 * SECOND).opaque();
    app.costs(&brief, 200, 1, "first").await;
    app.clock.advance(10 * SECOND);
    app.costs(&brief, 401, 0, "it has ended by its own time").await;
}

#[tokio::test]
async fn a_429_is_obeyed_by_all_callers_of_that_endpoint() {
    let app = App::start().await;
    for (token_type, endpoint, token) in tokens(&app) {
        for (seconds, pause) in [(1, 1), (7, 7), (60, 60), (3600, 60)] {
            app.issuer.answer_once(endpoint, Answer::retry_after(seconds));
            let answered = app.costs(&token, 503, 1, token_type).await;
            assert_eq!(answered.header("retry-after"), seconds.to_string());
            app.clock.advance(Duration::from_millis(pause * 1000 - 1));
            for (other, _, token) in tokens(&app) {
                let status = if other == token_type { 503 } else { 200 };
                let answered = app.costs(&token, status, usize::from(status == 200), other).await;
                assert_eq!(answered.header("retry-after"), if status == 503 { "1" } else { "" });
            }
            app.clock.advance(Duration::from_millis(1));
            app.costs(&token, 200, 1, "as long as it asked").await;
        }
    }
}

/// A caller who goes away takes the answer from nobody.
#[tokio::test]
async fn a_call_that_all_callers_left_is_finished_for_the_next() {
    let app = App::start().await;
    let app = app.again(|clerk| clerk.opaque_cache(OpaqueTokenType::ApiKey, 30 * SECOND)).await;
    let key = app.issuer.api_key("user_ada").opaque();
    let caller = tokio::spawn({
        let (app, key) = (app.clone(), key.clone());
        async move { app.ask(&key).await }
    });
    while app.issuer.calls().total() == 0 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    while app.ask(&key).await != 200 {}
    assert_eq!(app.issuer.calls().total(), 1);
}
