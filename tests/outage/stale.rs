//! Keys that were known go on while Clerk is away, for a time; and they go when Clerk says so.

use std::time::Duration;

use clerk_auth::{
    health::KeyHealth,
    testing::{Answer, Endpoint},
};

use crate::app::{App, SECOND, impatient};

const HOUR: Duration = Duration::from_secs(3600);

/// What is no answer about the keys.
fn outages() -> Vec<Answer> {
    let statuses = [400, 404, 418, 429, 500, 502, 503, 504].map(Answer::status);
    // A proxy's pages: only Clerk itself can reject our key or our request.
    let pages = [401, 403, 404].map(|status| Answer::body(status, "text/html", "<html></html>"));
    let bodies =
        ["", "[]", "null", "7", "<html></html>", r#"{"keys":[{"kty":"RSA","#, r#"{"keys":7}"#];
    // Lists of what is no key.
    let lists = [
        r#"{"keys":[7]}"#,
        r#"{"keys":[{}]}"#,
        r#"{"keys":[{"kty":null}]}"#,
        r#"{"keys":[{"kty":"EC"},{"id":"x"}]}"#,
    ];
    let bodies = bodies.into_iter().chain(lists);
    let bodies: Vec<_> = bodies.map(|it| Answer::body(200, "application/json", it)).collect();
    let other = [
        Answer::redirect("https://elsewhere.example/jwks"),
        Answer::body(204, "application/json", ""),
        Answer::body(200, "text/html", "x".repeat(1024 * 1024)),
    ];
    [&statuses[..], &pages, &bodies, &other].concat()
}

#[tokio::test]
async fn good_tokens_of_known_keys_enter_for_an_hour_while_clerk_is_away() {
    let first = App::with(impatient).await;
    for (row, outage) in outages().into_iter().enumerate() {
        let app = first.again(impatient).await;
        let token = app.token();
        app.answers(&token, 200, 1, "cold").await;
        app.issuer.answer_with(Endpoint::KeySet, outage.clone());
        app.clock.advance(300 * SECOND);
        app.answers(&token, 200, 1, (row, &outage)).await;
        app.answers(&token, 200, 0, "nobody waits any more").await;
        app.answers(&app.stranger("stranger"), 503, 0, "nobody can say").await;
        app.clock.advance((3600 - 301) * SECOND);
        app.answers_at_last(&token, 200, 1, "a second before the hour").await;
        app.clock.advance(SECOND);
        assert_eq!(app.ask(&token).await, 503, "an hour: {row} {outage:?}");
        app.issuer.answer_normally();
        app.clock.advance(60 * SECOND);
        app.answers(&token, 200, 1, "back again").await;
    }
}

#[tokio::test]
async fn keys_that_clerk_no_longer_shows_are_dropped_at_once() {
    let first = App::with(impatient).await;
    let one = r#"{"keys":[{"kty":"EC","kid":"x"}]}"#;
    let private = r#"{"keys":[{"kty":"RSA","kid":"x","d":"AQAB"},{"kty":"oct"}]}"#;
    for body in [r#"{"keys":[]}"#, one, private] {
        let app = first.again(impatient).await;
        let token = app.token();
        app.answers(&token, 200, 1, "cold").await;
        let none = Answer::body(200, "application/json", body);
        app.issuer.answer_with(Endpoint::KeySet, none);
        // A stranger makes us look: then the good token's key is gone too.
        app.answers(&app.stranger("stranger"), 503, 1, body).await;
        app.answers(&token, 503, 0, body).await;
        app.issuer.answer_normally();
        app.clock.advance(SECOND);
        app.answers(&token, 200, 1, body).await;
    }
}

/// Clerk answers, and what it says is that our key may not ask.
#[tokio::test]
async fn keys_do_not_outlive_a_rejected_secret_key() {
    let app = App::with(impatient).await;
    let token = app.token();
    app.answers(&token, 200, 1, "cold").await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(401));
    app.clock.advance(300 * SECOND);
    app.answers(&token, 500, 1, "rejected").await;
    app.answers(&token, 500, 0, "in the pause").await;
    assert!(!app.clerk.health().is_ready());
    app.issuer.answer_normally();
    app.clock.advance(SECOND);
    app.answers(&token, 200, 1, "it knows the key again").await;
    assert!(app.clerk.health().is_ready());
}

/// An outage that was long ago says nothing about now: Clerk is asked before old keys are used.
#[tokio::test]
async fn outage_that_is_over_does_not_keep_a_withdrawn_key_alive() {
    let app = App::with(impatient).await;
    let old = app.token();
    app.answers(&old, 200, 1, "cold").await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    for time in [299, 1] {
        app.clock.advance(time * SECOND);
        app.answers_at_last(&old, 200, 1, "nobody waits in an outage").await;
        // Who must wait tells when it is over.
        assert_eq!(app.ask(&app.stranger("stranger")).await, 503, "{time}");
    }
    app.issuer.answer_normally();
    app.issuer.rotate_key().await.unwrap();
    app.clock.advance(30 * SECOND);
    app.answers(&old, 401, 1, "Clerk is asked first").await;
}

#[tokio::test]
async fn the_time_of_stale_keys_can_be_set_and_switched_off() {
    let app = App::with(impatient).await;
    for (age, status) in [(Duration::ZERO, 503), (300 * SECOND, 503), (301 * SECOND, 200)] {
        let app = app.again(|clerk| impatient(clerk).max_stale_key_age(age)).await;
        let token = app.token();
        app.answers(&token, 200, 1, age).await;
        app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
        app.clock.advance(300 * SECOND);
        app.answers(&token, status, 1, age).await;
        app.issuer.answer_normally();
    }
    assert!(app.issuer.clerk().max_stale_key_age(25 * HOUR).build().is_err());
}

#[tokio::test]
async fn keys_that_are_used_are_loaded_anew_before_anybody_must_wait() {
    let app = App::start().await;
    let token = app.token();
    app.answers(&token, 200, 1, "cold").await;
    for round in 0..3 {
        app.clock.advance(Duration::from_millis(239_999));
        app.answers(&token, 200, 0, ("not old yet", round)).await;
        app.clock.advance(Duration::from_millis(1));
        app.answers_at_last(&token, 200, 1, ("behind the answer", round)).await;
        while app.clerk.health().keys != (KeyHealth::Fresh { age: Duration::ZERO }) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn readiness_tells_how_old_the_keys_are() {
    let app = App::with(impatient).await;
    let keys = || app.clerk.health().keys;
    assert_eq!(keys(), KeyHealth::Missing);
    assert!(!app.clerk.health().is_ready());
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    let not_ready = app.clerk.warm_up().await.unwrap_err();
    assert!(not_ready.to_string().contains("503"), "{not_ready}");
    app.issuer.answer_normally();
    app.clock.advance(SECOND);
    app.clerk.warm_up().await.unwrap();
    assert_eq!(keys(), KeyHealth::Fresh { age: Duration::ZERO });
    app.answers(&app.token(), 200, 0, "nobody waits").await;
    assert_eq!(app.clerk.health().cached_jwts, 1);
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    app.clock.advance(300 * SECOND);
    assert_eq!(keys(), KeyHealth::Stale { age: 300 * SECOND });
    app.clerk.warm_up().await.unwrap();
    assert!(app.clerk.health().is_ready());
    app.clock.advance(HOUR);
    assert_eq!(keys(), KeyHealth::Missing);
    let local = app.issuer.clerk().jwt_key(app.issuer.public_key_pem()).build().unwrap();
    assert_eq!(local.health().keys, KeyHealth::Local);
}
