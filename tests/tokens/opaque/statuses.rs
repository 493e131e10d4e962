//! Answers with other statuses: what of them is the caller's fault, ours, or Clerk's.

use std::time::{Duration, Instant};

use clerk_auth::testing::Answer;
use tokio::net::TcpListener;

use super::Kind;
use crate::app::App;

/// After 429, nobody asks the endpoint for a while.
fn stay_away_after(app: &App, status: u16) {
    if status == 429 {
        app.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn status_tells_whose_fault_it_is() {
    let app = App::start().await;
    for kind in Kind::ALL {
        let token = kind.token(&app.issuer);
        for (clerk, ours) in [
            // Clerk understood, and does not confirm the token.
            (400, 401),
            (404, 401),
            // Clerk does not know our key, or does not verify this type for us.
            (401, 500),
            (403, 500),
            (422, 500),
            // Clerk cannot say.
            (405, 503),
            (408, 503),
            (409, 503),
            (410, 503),
            (413, 503),
            (415, 503),
            (418, 503),
            (429, 503),
            (500, 503),
            (501, 503),
            (502, 503),
            (503, 503),
            (504, 503),
            (599, 503),
            (304, 503),
        ] {
            app.issuer.answer_with(kind.endpoint(), Answer::status(clerk));
            app.answers(kind.route(), &token, ours, 1, (kind, clerk)).await;
            stay_away_after(&app, clerk);
        }
        app.issuer.answer_normally();
        app.answers(kind.route(), &token, 200, 1, kind).await;
    }
}

/// What the body of an error says does not count: neither an approval nor junk.
#[tokio::test]
async fn body_of_an_error_approves_nothing() {
    let app = App::start().await;
    for kind in Kind::ALL {
        let token = kind.token(&app.issuer);
        let approval = kind.approval().to_string();
        for (clerk, ours) in [(400, 401), (401, 500), (404, 401), (429, 503), (500, 503)] {
            for body in [approval.as_str(), "", "{}", "<html>", "null"] {
                let answer = Answer::body(clerk, "application/json", body);
                app.issuer.answer_with(kind.endpoint(), answer);
                app.answers(kind.route(), &token, ours, 1, (kind, clerk, body)).await;
                stay_away_after(&app, clerk);
            }
        }
    }
}

#[tokio::test]
async fn retry_after_of_clerk_reaches_the_caller() {
    let app = App::start().await;
    for kind in Kind::ALL {
        let token = kind.token(&app.issuer);
        // Nothing and no less than a second makes sense, and nothing over an hour.
        for (clerk, ours) in [(7, "7"), (1, "1"), (0, "1"), (3600, "3600"), (u64::MAX, "3600")] {
            app.issuer.answer_with(kind.endpoint(), Answer::retry_after(clerk));
            let reply = app.answers(kind.route(), &token, 503, 1, (kind, clerk)).await;
            assert_eq!(reply.header("retry-after"), ours, "{kind:?} {clerk}");
            stay_away_after(&app, 429);
        }
        app.issuer.answer_with(kind.endpoint(), Answer::status(429));
        let reply = app.answers(kind.route(), &token, 503, 1, kind).await;
        assert!(reply.header("retry-after").parse::<u64>().unwrap() > 0);
    }
}

#[tokio::test]
async fn dropped_connection_is_not_the_callers_fault() {
    let app = App::start().await;
    for kind in Kind::ALL {
        let token = kind.token(&app.issuer);
        app.issuer.answer_with(kind.endpoint(), Answer::drop_connection());
        app.answers(kind.route(), &token, 503, 1, kind).await;
        app.issuer.answer_normally();
        app.answers(kind.route(), &token, 200, 1, kind).await;
    }
}

#[tokio::test]
async fn answer_that_does_not_come_is_not_waited_for() {
    let brief = Duration::from_millis(100);
    let app = App::with(|clerk| clerk.attempt_timeout(brief)).await;
    let deadline = app.again(|clerk| clerk.deadline(brief)).await;
    for kind in Kind::ALL {
        app.issuer.answer_with(kind.endpoint(), Answer::hang());
        let token = kind.token(&app.issuer);
        for app in [&app, &deadline] {
            let start = Instant::now();
            app.answers(kind.route(), &token, 503, 1, kind).await;
            assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
        }
    }
}

/// Nothing listens at the address: Clerk is away, and the caller may come again.
#[tokio::test]
async fn closed_port_is_not_the_callers_fault() {
    let app = App::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let closed = app.again(|clerk| clerk.api_url(url)).await;
    for kind in Kind::ALL {
        let token = kind.token(&app.issuer);
        closed.answers(kind.route(), &token, 503, 0, kind).await;
    }
}
