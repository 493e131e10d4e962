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
            // Clerk rejects how we call it.
            (405, 500),
            (410, 500),
            (413, 500),
            (415, 500),
            // Clerk cannot say.
            (408, 503),
            (409, 503),
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

/// An error of Clerk has its own form. A proxy's page, another API and nothing have a 404 too: they
/// do not make the caller throw a good token away.
#[tokio::test]
async fn error_that_is_not_clerks_is_503() {
    let app = App::start().await;
    for kind in Kind::ALL {
        let token = kind.token(&app.issuer);
        let approval = kind.approval().to_string();
        let long = format!(
            r#"{{"errors":[{{"code":"resource_not_found"}}],"x":"{}"}}"#,
            "x".repeat(300_000)
        );
        for status in [400, 401, 403, 404, 405, 410, 422, 429, 500, 302] {
            for body in [
                "",
                "{}",
                "null",
                "[]",
                "<!doctype html><title>404 Not Found</title>",
                r#"{"errors":[]}"#,
                r#"{"errors":["resource_not_found"]}"#,
                r#"{"errors":{"code":"resource_not_found"}}"#,
                r#"{"error":"not_found","code":"resource_not_found"}"#,
                r#"{"errors":[{"code":404}]}"#,
                approval.as_str(),
                long.as_str(),
            ] {
                let answer = Answer::body(status, "application/json", body);
                app.issuer.answer_with(kind.endpoint(), answer);
                let row = (kind, status, body.get(..60));
                app.answers(kind.route(), &token, 503, 1, row).await;
                stay_away_after(&app, status);
            }
        }
        app.issuer.answer_normally();
        app.answers(kind.route(), &token, 200, 1, kind).await;
    }
}

/// The code of an error says what it speaks about. Of one that is not known, the status does.
#[tokio::test]
async fn code_of_an_error_tells_whose_fault_it_is() {
    let app = App::start().await;
    for kind in Kind::ALL {
        let token = kind.token(&app.issuer);
        for (status, code, ours) in [
            (400, "bad_request", 401),
            (404, "resource_not_found", 401),
            (404, "a_code_of_tomorrow", 401),
            (400, "api_version_invalid", 500),
            (400, "request_body_invalid", 500),
            (400, "clerk_key_invalid", 500),
            (404, "operation_deprecated", 500),
            (404, "api_keys_not_enabled", 500),
            (403, "quota_exceeded", 500),
            (401, "machine_secret_key_invalid", 500),
            (404, "service_unavailable", 503),
            (400, "too_many_requests", 503),
            // A code that is known decides, wherever it stands.
            (404, r#"resource_not_found"},{"code":"clerk_key_invalid"#, 500),
            (400, r#"a_code_of_tomorrow"},{"code":"api_version_invalid"#, 500),
            (400, r#"bad_request"},{"code":"too_many_requests"#, 503),
            (404, r#"resource_not_found"},{"code":"a_code_of_tomorrow"#, 401),
        ] {
            let body = format!(r#"{{"errors":[{{"message":"m","code":"{code}"}}]}}"#);
            for content_type in ["application/json", "text/plain"] {
                let answer = Answer::body(status, content_type, body.clone());
                app.issuer.answer_with(kind.endpoint(), answer);
                app.answers(kind.route(), &token, ours, 1, (kind, status, code)).await;
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
        // A call that was sent on a connection of the row before is repeated.
        app.again(|clerk| clerk).await.answers(kind.route(), &token, 503, 1, kind).await;
        app.issuer.answer_normally();
        app.answers(kind.route(), &token, 200, 1, kind).await;
    }
}

#[tokio::test]
async fn answer_that_does_not_come_is_not_waited_for() {
    let brief = Duration::from_millis(100);
    let app = App::with(|clerk| clerk.attempt_timeout(brief)).await;
    let deadline = app.again(|clerk| clerk.total_timeout(brief)).await;
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
