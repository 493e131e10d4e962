//! Clerk out of reach: 503, never 401, and all is well again without a restart.

use std::time::{Duration, Instant};

use clerk_auth::testing::{Answer, Endpoint};

use crate::app::{App, SECOND, impatient};

/// What Clerk may answer instead of a key set.
fn failures() -> Vec<Answer> {
    let statuses = [400, 404, 418, 500, 502, 503, 504];
    let pages = [400, 401, 403, 404, 410, 422];
    let bodies = ["", "[]", "null", "<html></html>", r#"{"keys":[]}"#, r#"{"keys":[7]}"#];
    let other = [
        Answer::drop_connection(),
        Answer::redirect("https://elsewhere.example/jwks"),
        Answer::body(204, "application/json", ""),
    ];
    let statuses = statuses.into_iter().map(Answer::status);
    let pages = pages.into_iter().map(|status| Answer::body(status, "text/html", "<html></html>"));
    let bodies = bodies.into_iter().map(|body| Answer::body(200, "application/json", body));
    statuses.chain(pages).chain(bodies).chain(other).collect()
}

#[tokio::test]
async fn clerk_away_at_start_is_503_and_recovers_after_a_second() {
    let first = App::with(impatient).await;
    for (row, failure) in failures().into_iter().enumerate() {
        let app = first.again(impatient).await;
        app.issuer.answer_with(Endpoint::KeySet, failure.clone());
        app.answers(&app.token(), 503, 1, (row, &failure)).await;
        app.answers(&app.stranger("stranger"), 503, 0, (row, &failure)).await;
        app.issuer.answer_normally();
        app.answers(&app.token(), 503, 0, "so soon nobody asks again").await;
        app.clock.advance(SECOND);
        app.answers(&app.token(), 200, 1, (row, &failure)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_ask_once_in_a_second_while_clerk_is_away() {
    let app = App::with(impatient).await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    for second in 1..=3 {
        assert_eq!(app.ask_at_once(100, &app.token()).await, [503; 100]);
        assert_eq!(app.loads(), second);
        app.clock.advance(Duration::from_millis(999));
        assert_eq!(app.ask_at_once(100, &app.token()).await, [503; 100]);
        assert_eq!(app.loads(), second);
        app.clock.advance(Duration::from_millis(1));
    }
}

/// Whether a key exists nobody can say: that is not the caller's fault.
#[tokio::test]
async fn unknown_key_is_503_while_clerk_is_away() {
    let app = App::with(impatient).await;
    let good = app.token();
    app.answers(&good, 200, 1, "cold").await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(500));
    let stranger = app.stranger("stranger");
    // What strangers may cause counts from the attempt, not from its success: in each second, whether
    // they make us look.
    for (second, loads) in [1, 1, 1, 1, 1, 0, 1, 0, 1].into_iter().enumerate() {
        app.answers(&stranger, 503, loads, second).await;
        app.answers(&stranger, 503, 0, ("not asked so soon", second)).await;
        app.answers(&good, 200, 0, "the set is fresh").await;
        app.clock.advance(SECOND);
    }
    app.issuer.answer_normally();
    app.answers(&stranger, 503, 0, "not asked yet").await;
    app.clock.advance(SECOND);
    app.answers(&stranger, 401, 1, "now Clerk says so").await;
    app.answers(&good, 200, 0, "the set is fresh").await;
}

#[tokio::test]
async fn hanging_clerk_is_503_within_the_deadline() {
    let brief = Duration::from_millis(200);
    let app = App::with(|clerk| clerk.total_timeout(brief)).await;
    let attempts = app.again(|clerk| clerk.attempt_timeout(brief).total_timeout(brief)).await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::hang());
    for app in [&app, &attempts] {
        let start = Instant::now();
        app.answers(&app.token(), 503, 1, "nobody answers").await;
        let elapsed = start.elapsed();
        assert!((brief..8 * brief).contains(&elapsed), "{elapsed:?}");
    }
    let start = Instant::now();
    attempts.answers(&app.token(), 503, 0, "in the pause").await;
    assert!(start.elapsed() < brief, "{:?}", start.elapsed());
    app.issuer.answer_normally();
    app.clock.advance(SECOND);
    attempts.answers(&app.token(), 200, 1, "back again").await;
}

/// Clerk does not know our key: waiting helps nobody, and it is not the caller's fault either.
#[tokio::test]
async fn rejected_secret_key_is_500() {
    let app = App::start().await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(401));
    app.answers(&app.token(), 500, 1, "rejected").await;
    app.answers(&app.stranger("stranger"), 500, 0, "in the pause").await;
    app.issuer.answer_normally();
    app.clock.advance(SECOND);
    app.answers(&app.token(), 200, 1, "it knows the key again").await;
    let wrong = app.again(|clerk| clerk.secret_key("sk_test_of_another_instance")).await;
    wrong.answers(&app.token(), 500, 1, "a wrong key").await;
}

/// Clerk rejects the request for keys, or our settings do not permit it. Keys that are known go on.
#[tokio::test]
async fn rejected_request_for_keys_is_500() {
    let first = App::start().await;
    let code = |status, code: &str| {
        let body = format!(r#"{{"errors":[{{"code":"{code}"}}]}}"#);
        Answer::body(status, "application/json", body)
    };
    for (answer, status) in [
        (code(400, "api_version_invalid"), 500),
        (code(403, "authorization_invalid"), 500),
        (code(410, "operation_deprecated"), 500),
        // No token was asked about, so these say nothing about one.
        (code(400, "bad_request"), 503),
        (code(404, "resource_not_found"), 503),
    ] {
        let app = first.again(impatient).await;
        app.issuer.answer_once(Endpoint::KeySet, answer.clone());
        app.answers(&app.token(), status, 1, &answer).await;
        app.clock.advance(SECOND);
        app.answers(&app.token(), 200, 1, "a second later").await;
        app.clock.advance(300 * SECOND);
        app.issuer.answer_once(Endpoint::KeySet, answer.clone());
        app.answers(&app.token(), 200, 1, "with the keys that are known").await;
    }
}

#[tokio::test]
async fn busy_clerk_is_503_and_left_alone_as_long_as_it_asks() {
    let app = App::start().await;
    // What Clerk asks for, and how long we keep to it: a minute at most.
    for (seconds, pause) in [(1, 1), (7, 7), (60, 60), (61, 60), (3600, 60)] {
        let app = app.again(|clerk| clerk).await;
        app.issuer.answer_with(Endpoint::KeySet, Answer::retry_after(seconds));
        let reply = app.answers(&app.token(), 503, 1, seconds).await;
        assert_eq!(reply.header("retry-after"), seconds.to_string());
        app.issuer.answer_normally();
        app.clock.advance(Duration::from_millis(pause * 1000 - 1));
        app.answers(&app.token(), 503, 0, "too early").await;
        app.clock.advance(Duration::from_millis(1));
        app.answers(&app.token(), 200, 1, "as long as it asked").await;
    }
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(429));
    app.again(|clerk| clerk).await.answers(&app.token(), 503, 1, "without Retry-After").await;
}

/// What needs no key set does not notice that there is none.
#[tokio::test]
async fn other_tokens_enter_while_the_key_set_is_away() {
    let app = App::with(impatient).await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    app.answers(&app.token(), 503, 1, "a JWT").await;
    for token in [
        app.issuer.oauth("user_ada").opaque(),
        app.issuer.m2m("mch_caller").opaque(),
        app.issuer.api_key("user_ada").opaque(),
    ] {
        app.answers(&token, 200, 0, "an opaque token").await;
    }
    app.answers("not.a.token", 401, 0, "no token").await;
    let pem = app.issuer.public_key_pem();
    let local = app.again(|clerk| clerk.jwt_key(pem)).await;
    local.answers(&app.token(), 200, 0, "with a key of our own").await;
}
