//! How often the key set is asked for: once for many, and hardly ever for strangers.

use std::{ops::Range, time::Duration};

use clerk_auth::testing::DevIssuer;
use clerk_auth_tests::base64url;
use serde_json::json;
use tokio::task::JoinSet;

use crate::app::{App, NOW, SECOND};

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
async fn tokens_that_are_refused_on_sight_cause_no_load() {
    let app = App::start().await;
    for (name, value) in
        [("alg", json!("none")), ("crit", json!([])), ("kid", json!("")), ("kid", json!(null))]
    {
        let token = app.issuer.oauth("user_ada").header(name, value.clone()).jwt();
        app.answers(&token, 401, 0, (name, value)).await;
    }
}

/// A bad signature under a known key says nothing about the set.
#[tokio::test]
async fn forged_signature_under_a_known_key_causes_no_load() {
    let app = App::start().await;
    app.answers(&app.token(), 200, 1, "cold").await;
    let forger = DevIssuer::builder().impersonate(&app.issuer).start().await.unwrap();
    for _ in 0..100 {
        app.answers(&forger.oauth("user_ada").jwt(), 401, 0, "forged").await;
    }
}
