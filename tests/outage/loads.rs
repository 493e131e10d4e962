//! How often the key set is asked for: once for many, and hardly ever for strangers.

use std::{ops::Range, time::Duration};

use clerk_auth::testing::{Answer, Endpoint};
use clerk_auth_tests::base64url;
use serde_json::json;
use tokio::task::JoinSet;

use crate::app::{App, NOW, SECOND, impatient};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundred_cold_requests_share_one_load() {
    let app = App::start().await;
    assert_eq!(app.ask_at_once(100, &app.token()).await, [200; 100]);
    assert_eq!(app.loads(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn set_that_nobody_used_for_300_seconds_is_loaded_once() {
    let app = App::start().await;
    let token = app.token();
    app.answers(&token, 200, 1, "cold").await;
    for round in 0..3 {
        app.clock.advance(Duration::from_secs(300));
        let before = app.loads();
        assert_eq!(app.ask_at_once(100, &token).await, [200; 100]);
        assert_eq!(app.loads(), before + 1, "round {round}");
    }
}

/// A corrected clock makes no key older or younger.
#[tokio::test]
async fn wall_time_does_not_age_the_set() {
    let app = App::start().await;
    let token = app.token();
    app.answers(&token, 200, 1, "cold").await;
    for hours in [2, 1, 3, 0] {
        app.clock.set_wall(NOW + hours * 3600);
        app.answers(&token, 200, 0, hours).await;
    }
    app.clock.advance(300 * SECOND);
    app.answers(&token, 200, 1, "old").await;
}

/// Tokens of a stranger, each with another key id. Nobody need sign them to send them.
fn strangers(app: &App, numbers: Range<usize>) -> impl Iterator<Item = String> {
    let token = app.token();
    let rest = token.split_once('.').unwrap().1.to_owned();
    numbers.map(move |number| {
        let header = json!({"alg": "RS256", "typ": "at+jwt", "kid": format!("stranger-{number}")});
        format!("{}.{rest}", base64url(header.to_string().as_bytes()))
    })
}

/// Three at once, and one more in two seconds.
#[tokio::test]
async fn ten_thousand_strangers_cause_three_loads_and_one_more_in_two_seconds() {
    let app = App::start().await;
    let good = app.token();
    app.answers(&good, 200, 1, "cold").await;
    let mut sent = 0;
    let mut flood = async |count| {
        for token in strangers(&app, sent..sent + count) {
            assert_eq!(app.ask(&token).await, 401);
        }
        sent += count;
        app.answers(&good, 200, 0, "a good token in between").await;
        app.loads()
    };
    assert_eq!(flood(10_000).await, 4);
    app.clock.advance(Duration::from_millis(1_999));
    assert_eq!(flood(100).await, 4);
    app.clock.advance(Duration::from_millis(1));
    assert_eq!(flood(100).await, 5);
    assert_eq!(flood(100).await, 5);
    app.clock.advance(4 * SECOND);
    assert_eq!(flood(100).await, 7);
    // Those that were not used come back, but never more than three.
    app.clock.advance(100 * SECOND);
    assert_eq!(flood(100).await, 10);
}

#[tokio::test]
async fn strangers_on_a_cold_app_cause_three_loads_more_than_its_first() {
    let app = App::start().await;
    for token in strangers(&app, 0..10_000) {
        assert_eq!(app.ask(&token).await, 401);
    }
    assert_eq!(app.loads(), 4);
    app.answers(&app.token(), 200, 0, "a good token").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_strangers_at_once_cause_three_loads_at_most() {
    let app = App::start().await;
    app.answers(&app.token(), 200, 1, "cold").await;
    let mut requests = JoinSet::new();
    for token in strangers(&app, 0..10_000) {
        let app = app.clone();
        requests.spawn(async move { app.ask(&token).await });
    }
    assert!(requests.join_all().await.iter().all(|status| *status == 401));
    assert!((2..=4).contains(&app.loads()), "{}", app.loads());
}

/// Header fields that are refused before a key is looked for never cause a load.
#[tokio::test]
async fn token_rejected_on_sight_causes_no_fetch() {
    let app = App::start().await;
    for (name, value) in
        [("alg", json!("none")), ("crit", json!([])), ("kid", json!("")), ("kid", json!(null))]
    {
        let token = app.issuer.oauth("user_ada").header(name, value.clone()).jwt();
        app.answers(&token, 401, 0, (name, value)).await;
    }
}

/// Tokens of a known key ID whose signature is that of another token.
fn forgeries(app: &App, numbers: Range<usize>) -> impl Iterator<Item = String> {
    let token = app.token();
    let [header, _, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let (header, signature) = (header.to_owned(), signature.to_owned());
    numbers.map(move |number| {
        let payload = base64url(json!({ "sub": format!("user_{number}") }).to_string().as_bytes());
        format!("{header}.{payload}.{signature}")
    })
}

/// A third of the loads of unknown IDs.
#[tokio::test]
async fn ten_thousand_forgeries_cause_one_load_and_one_in_six_seconds() {
    let app = App::start().await;
    let good = app.token();
    app.answers(&good, 200, 1, "cold").await;
    let mut sent = 0;
    let mut flood = async |count| {
        for token in forgeries(&app, sent..sent + count) {
            assert_eq!(app.ask(&token).await, 401);
        }
        sent += count;
        app.answers(&good, 200, 0, "a good token in between").await;
        app.loads()
    };
    assert_eq!(flood(10_000).await, 2);
    app.clock.advance(Duration::from_millis(5_999));
    assert_eq!(flood(100).await, 2);
    app.clock.advance(Duration::from_millis(1));
    assert_eq!(flood(100).await, 3);
    // Those that were not used do not add up.
    app.clock.advance(100 * SECOND);
    assert_eq!(flood(100).await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_forgeries_at_once_cause_one_load() {
    let app = App::start().await;
    app.answers(&app.token(), 200, 1, "cold").await;
    let mut requests = JoinSet::new();
    for token in forgeries(&app, 0..10_000) {
        let app = app.clone();
        requests.spawn(async move { app.ask(&token).await });
    }
    assert!(requests.join_all().await.iter().all(|status| *status == 401));
    assert_eq!(app.loads(), 2);
}

/// Each has a share of its own.
#[tokio::test]
async fn forgeries_and_unknown_ids_do_not_use_up_each_others_loads() {
    let app = App::start().await;
    app.answers(&app.token(), 200, 1, "cold").await;
    for (row, token) in forgeries(&app, 0..100).enumerate() {
        app.answers(&token, 401, usize::from(row == 0), ("forged", row)).await;
    }
    for (row, token) in strangers(&app, 0..100).enumerate() {
        app.answers(&token, 401, usize::from(row < 3), ("unknown", row)).await;
    }
    let app = App::start().await;
    app.answers(&app.token(), 200, 1, "cold").await;
    for (row, token) in strangers(&app, 0..100).enumerate() {
        app.answers(&token, 401, usize::from(row < 3), ("unknown", row)).await;
    }
    for (row, token) in forgeries(&app, 0..100).enumerate() {
        app.answers(&token, 401, usize::from(row == 0), ("forged", row)).await;
    }
}

/// The set was loaded for this very token, so there is nothing newer to look for.
#[tokio::test]
async fn forgery_on_a_cold_app_causes_its_first_load_alone() {
    let app = App::start().await;
    let forged: Vec<_> = forgeries(&app, 0..2).collect();
    app.answers(&forged[0], 401, 1, "cold").await;
    app.answers(&forged[1], 401, 1, "warm").await;
}

/// The known keys decide that it is forged, whether Clerk is reachable or not.
#[tokio::test]
async fn forgery_in_an_outage_is_401_and_good_tokens_are_accepted() {
    let app = App::with(impatient).await;
    let good = app.token();
    app.answers(&good, 200, 1, "cold").await;
    for answer in [Answer::status(503), Answer::status(401), Answer::drop_connection()] {
        app.issuer.answer_with(Endpoint::KeySet, answer);
        app.clock.advance(6 * SECOND);
        for token in forgeries(&app, 0..10) {
            assert_eq!(app.ask(&token).await, 401);
        }
        assert_eq!(app.ask(&good).await, 200);
    }
    // In the pause after a failed load none starts.
    let before = app.loads();
    for token in forgeries(&app, 0..10) {
        app.answers(&token, 401, 0, "in the pause").await;
    }
    assert_eq!(app.loads(), before);
}
