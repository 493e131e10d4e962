//! A load that fails is tried again, where that can succeed and can finish in time.

use std::time::Duration;

use clerk_auth::testing::{Answer, Endpoint};

use crate::app::App;

fn once(app: &App, answers: impl IntoIterator<Item = Answer>) {
    for answer in answers {
        app.issuer.answer_once(Endpoint::KeySet, answer);
    }
}

#[tokio::test]
async fn load_that_fails_once_is_tried_again_and_succeeds() {
    for failure in [Answer::status(500), Answer::status(503), Answer::drop_connection()] {
        let app = App::start().await;
        once(&app, [failure.clone()]);
        app.answers(&app.token(), 200, 2, failure).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retries_are_shared_by_all_who_wait() {
    let app = App::start().await;
    once(&app, [Answer::status(502), Answer::status(500)]);
    assert_eq!(app.ask_at_once(100, &app.token()).await, [200; 100]);
    assert_eq!(app.loads(), 3);
}

#[tokio::test]
async fn third_failure_is_the_last() {
    let app = App::start().await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(500));
    app.answers(&app.token(), 503, 3, "never answered well").await;
    app.answers(&app.token(), 503, 0, "in the pause").await;
}

/// What another try cannot change, or Clerk asked not to try, is tried once.
#[tokio::test]
async fn rejections_are_not_tried_again() {
    let first = App::start().await;
    for (answer, status) in [
        (Answer::status(400), 503),
        (Answer::status(401), 500),
        (Answer::status(403), 500),
        (Answer::body(401, "text/html", "<html>"), 503),
        (Answer::status(404), 503),
        (Answer::status(429), 503),
        (Answer::retry_after(1), 503),
        (Answer::redirect("https://elsewhere.example/"), 503),
        (Answer::body(204, "application/json", ""), 503),
        (Answer::body(200, "text/html", "<html>"), 503),
        (Answer::body(200, "application/json", r#"{"keys":[]}"#), 503),
    ] {
        let app = first.again(|clerk| clerk).await;
        once(&app, [answer.clone()]);
        app.answers(&app.token(), status, 1, answer).await;
    }
}

/// A second try that could not finish before the deadline is not started.
#[tokio::test]
async fn retry_starts_only_if_it_can_finish() {
    let second = Duration::from_secs(1);
    let app = App::with(|clerk| clerk.attempt_timeout(second).total_timeout(second)).await;
    once(&app, [Answer::status(500)]);
    app.answers(&app.token(), 503, 1, "no time left").await;
}
