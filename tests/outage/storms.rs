//! Many at once, and Clerk that comes and goes.

use std::pin::Pin;

use clerk_auth::testing::{Answer, DevIssuer, Endpoint};

use crate::app::{App, SECOND, impatient, is_waiting, patient};

/// Ten thousand requests that are all under way before the first can end.
async fn ten_thousand_at_once(app: &App, token: &str) {
    let mut requests: Vec<_> = (0..10_000).map(|_| Box::pin(app.ask(token))).collect();
    for request in &mut requests {
        assert!(is_waiting(Pin::as_mut(request)).await);
    }
    for request in requests {
        assert_eq!(request.await, 200);
    }
}

#[tokio::test]
async fn ten_thousand_requests_at_the_moment_the_set_expires_load_it_once() {
    let app = App::with(patient).await;
    let token = app.token();
    for round in 1..=3 {
        ten_thousand_at_once(&app, &token).await;
        assert_eq!(app.loads(), round);
        app.clock.advance(300 * SECOND);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_requests_on_many_threads_load_an_expired_set_once() {
    let app = App::with(patient).await;
    let token = app.token();
    for round in 1..=3 {
        let statuses = app.ask_at_once(10_000, &token).await;
        assert!(statuses.iter().all(|status| *status == 200));
        assert_eq!(app.loads(), round);
        app.clock.advance(300 * SECOND);
    }
}

/// Refusals too: whoever comes when the call has just ended finds what it ended with.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_requests_on_many_threads_with_one_junk_token_ask_once() {
    let app = App::with(patient).await;
    for (round, token) in ["oat_junk", "mt_junk", "ak_junk"].into_iter().enumerate() {
        let statuses = app.ask_at_once(10_000, token).await;
        assert!(statuses.iter().all(|status| *status == 401));
        assert_eq!(app.issuer.calls().total(), round + 1);
    }
}

/// Clerk is there one minute and away the next, in every order: good tokens do not notice.
#[tokio::test]
async fn clerk_that_comes_and_goes_stops_no_good_token_and_lets_in_no_bad_one() {
    let app = App::with(impatient).await;
    let impostor = DevIssuer::builder().impersonate(&app.issuer).start().await.unwrap();
    let (good, forged) = (app.token(), impostor.oauth("user_ada").jwt());
    assert_eq!(app.ask(&good).await, 200);
    let faults = [
        Answer::status(500),
        Answer::retry_after(9),
        Answer::drop_connection(),
        Answer::status(404),
    ];
    // Minutes, each with its own answer; in an hour there is always one in which Clerk is there.
    for minute in 0..240_usize {
        app.issuer.answer_normally();
        if minute * minute % 7 != 0 {
            let fault = faults[minute % faults.len()].clone();
            app.issuer.answer_with(Endpoint::KeySet, fault);
        }
        for _ in 0..4 {
            app.clock.advance(15 * SECOND);
            assert_eq!(app.ask(&good).await, 200, "minute {minute}");
            assert_eq!(app.ask(&forged).await, 401, "minute {minute}");
        }
    }
}

#[tokio::test]
async fn opaque_tokens_follow_clerk_that_comes_and_goes() {
    let app = App::start().await;
    let (good, revoked) =
        (app.issuer.api_key("user_ada").opaque(), app.issuer.api_key("user_ada").opaque());
    assert!(app.issuer.revoke(&revoked));
    for round in 0..50 {
        app.clock.advance(10 * SECOND);
        let is_away = round * round % 7 > 1;
        if is_away {
            app.issuer.answer_with(Endpoint::ApiKeyVerify, Answer::status(502));
        }
        let (of_good, of_revoked) = if is_away { (503, 503) } else { (200, 401) };
        assert_eq!(app.ask(&good).await, of_good, "{round}");
        assert_eq!(app.ask(&revoked).await, of_revoked, "{round}");
        app.issuer.answer_normally();
    }
}

/// Clerk answers 429 to everything for ten minutes. It is asked again as seldom as it wants.
#[tokio::test]
async fn storm_of_429_is_answered_by_silence() {
    let app = App::start().await;
    let (good, stranger) = (app.token(), app.stranger("stranger"));
    let keys = [(); 20].map(|()| app.issuer.api_key("user_ada").opaque());
    assert_eq!(app.ask(&good).await, 200);
    let busy = Answer::retry_after(20);
    app.issuer.answer_with(Endpoint::KeySet, busy.clone());
    app.issuer.answer_with(Endpoint::ApiKeyVerify, busy);
    let before = app.issuer.calls();
    for second in 1..=600 {
        app.clock.advance(SECOND);
        assert_eq!(app.ask(&good).await, 200, "second {second}");
        assert_eq!(app.ask(&stranger).await, 503, "second {second}");
        for key in &keys {
            assert_eq!(app.ask(key).await, 503, "second {second}");
        }
    }
    let after = app.issuer.calls();
    let (loads, calls) =
        (after.key_set - before.key_set, after.api_key_verify - before.api_key_verify);
    assert_eq!((loads, calls), (30, 30), "one in twenty seconds");
    app.issuer.answer_normally();
    app.clock.advance(20 * SECOND);
    for token in keys.iter().chain([&good]) {
        assert_eq!(app.ask(token).await, 200);
    }
}

/// A failed call counts against the rate limit too, whatever Clerk answers.
#[tokio::test]
async fn flood_of_junk_in_an_outage_is_no_flood_for_clerk() {
    let app = App::start().await;
    app.issuer.answer_with(Endpoint::OAuthVerify, Answer::status(500));
    for calls in [50, 50, 100] {
        for number in 0..10_000 {
            assert_eq!(app.ask(&format!("oat_junk{number}")).await, 503);
        }
        // Half of the hundred calls that a development key may make in ten seconds.
        assert_eq!(app.issuer.calls().total(), calls);
        app.clock.advance(5 * SECOND);
    }
}
