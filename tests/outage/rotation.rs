//! A new key of the instance, and one that is withdrawn: the set is replaced, never merged.

use std::time::Duration;

use clerk_auth::testing::{Answer, DevIssuer, Endpoint};

use serde_json::{Value, json};

use crate::app::{App, SECOND};

#[tokio::test]
async fn new_key_is_found_at_once_where_no_stranger_came_before() {
    let app = App::start().await;
    let old = app.token();
    app.answers(&old, 200, 1, "cold").await;
    app.issuer.rotate_key_keeping_old().await.unwrap();
    app.answers(&app.token(), 200, 1, "the new key").await;
    for _ in 0..3 {
        app.answers(&app.token(), 200, 0, "the new key").await;
        app.answers(&old, 200, 0, "the old key").await;
    }
}

/// The worst that strangers can do to a new key.
#[tokio::test]
async fn new_key_is_found_within_two_seconds_in_a_flood_of_strangers() {
    let app = App::start().await;
    app.answers(&app.token(), 200, 1, "cold").await;
    for number in 0..3 {
        app.answers(&app.stranger(&format!("stranger-{number}")), 401, 1, number).await;
    }
    app.issuer.rotate_key_keeping_old().await.unwrap();
    let new = app.token();
    app.answers(&new, 401, 0, "too early").await;
    app.clock.advance(Duration::from_millis(1_999));
    app.answers(&new, 401, 0, "still too early").await;
    app.clock.advance(Duration::from_millis(1));
    // Whoever causes the load, all learn of the new key.
    app.answers(&app.stranger("stranger"), 401, 1, "a stranger").await;
    app.answers(&new, 200, 0, "the new key").await;
}

#[tokio::test]
async fn withdrawn_key_is_rejected_once_the_set_is_fetched_again() {
    let app = App::start().await;
    let old = app.token();
    app.answers(&old, 200, 1, "cold").await;
    app.issuer.rotate_key().await.unwrap();
    app.answers(&old, 200, 0, "nobody has asked Clerk yet").await;
    app.answers(&app.token(), 200, 1, "the new key").await;
    // Replaced, not merged: and the old key is now a stranger, who may not ask often.
    for loads in [1, 1, 0, 0] {
        app.answers(&old, 401, loads, "the old key").await;
    }
    app.answers(&app.token(), 200, 0, "the new key").await;
}

/// Clerk signs with the new key before it shows it, then shows only that, then goes back.
#[tokio::test]
async fn rotation_with_a_gap_and_back_is_followed_step_by_step() {
    let app = App::start().await;
    let shown = async || {
        let url = format!("{}/.well-known/jwks.json", app.issuer.url());
        let set = reqwest::get(url).await.unwrap().text().await.unwrap();
        Answer::body(200, "application/json", set)
    };
    let (old, old_set) = (app.token(), shown().await);
    app.issuer.rotate_key().await.unwrap();
    let (new, new_set) = (app.token(), shown().await);
    // What Clerk shows, and who enters once it has been asked again.
    for (set, of_old, of_new) in
        [(&old_set, 200, 401), (&new_set, 401, 200), (&old_set, 200, 401), (&new_set, 401, 200)]
    {
        app.issuer.answer_with(Endpoint::KeySet, set.clone());
        app.clock.advance(300 * SECOND);
        assert_eq!(app.ask(&old).await, of_old);
        assert_eq!(app.ask(&new).await, of_new);
    }
    // In the gap, each token of the new key makes us look, so the gap ends for us when it ends.
    app.issuer.answer_with(Endpoint::KeySet, old_set);
    app.clock.advance(300 * SECOND);
    app.answers(&old, 200, 1, "in the gap").await;
    app.answers(&new, 401, 1, "in the gap").await;
    app.issuer.answer_with(Endpoint::KeySet, new_set);
    app.answers(&new, 200, 1, "after it").await;
    app.answers(&old, 401, 1, "after it").await;
}

#[tokio::test]
async fn withdrawn_key_is_rejected_once_the_set_has_expired() {
    let app = App::start().await;
    let old = app.token();
    app.answers(&old, 200, 1, "cold").await;
    app.issuer.rotate_key().await.unwrap();
    app.clock.advance(239 * SECOND);
    app.answers(&old, 200, 0, "the set is not old yet").await;
    app.clock.advance(61 * SECOND);
    app.answers(&old, 401, 1, "the set is new").await;
    app.answers(&app.token(), 200, 0, "the new key").await;
}

#[tokio::test]
async fn old_key_that_is_still_shown_is_trusted_until_it_is_withdrawn() {
    let app = App::start().await;
    let old = app.token();
    app.issuer.rotate_key_keeping_old().await.unwrap();
    app.answers(&old, 200, 1, "both are shown").await;
    app.answers(&app.token(), 200, 0, "both are shown").await;
    app.issuer.withdraw_old_keys();
    app.clock.advance(300 * SECOND);
    app.answers(&app.token(), 200, 1, "one is shown").await;
    app.answers(&old, 401, 1, "withdrawn").await;
}

/// Callers with tokens of both keys come all at once, while no set is known and while one is: they
/// share the loads, and nobody is turned away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_while_requests_are_under_way_turns_nobody_away() {
    for known in [false, true] {
        let app = App::start().await;
        let old = app.token();
        if known {
            app.answers(&old, 200, 1, "cold").await;
        }
        app.issuer.rotate_key_keeping_old().await.unwrap();
        let new = app.token();
        let (of_old, of_new) = tokio::join!(app.ask_at_once(50, &old), app.ask_at_once(50, &new));
        assert_eq!((of_old, of_new), (vec![200; 50], vec![200; 50]), "{known}");
        assert_eq!(app.loads(), 1 + usize::from(known), "{known}");
        app.issuer.withdraw_old_keys();
        app.clock.advance(300 * SECOND);
        let before = app.loads();
        let (of_old, of_new) = tokio::join!(app.ask_at_once(50, &old), app.ask_at_once(50, &new));
        assert_eq!((of_old, of_new), (vec![401; 50], vec![200; 50]), "{known}");
        for _ in 0..3 {
            assert_eq!(app.ask(&old).await, 401);
        }
        // One for the new set, and three for old tokens that come after it was loaded.
        assert_eq!(app.loads() - before, 4, "{known}");
        app.answers(&old, 401, 0, known).await;
        app.answers(&new, 200, 0, known).await;
    }
}

/// What an issuer shows as its key set.
async fn key_set(issuer: &DevIssuer) -> Value {
    let url = format!("{}/.well-known/jwks.json", issuer.url());
    serde_json::from_str(&reqwest::get(url).await.unwrap().text().await.unwrap()).unwrap()
}

fn shows(app: &App, set: &Value) {
    let answer = Answer::body(200, "application/json", set.to_string());
    app.issuer.answer_with(Endpoint::KeySet, answer);
}

/// The ID says which key; the set says what it is.
#[tokio::test]
async fn key_replaced_under_the_same_id_is_accepted_at_once() {
    let app = App::start().await;
    let second = DevIssuer::builder().impersonate(&app.issuer).start().await.unwrap();
    let (old, new) = (app.token(), second.oauth("user_ada").jwt());
    app.answers(&old, 200, 1, "the first key").await;
    app.answers(&old, 200, 0, "the first key, cached").await;
    shows(&app, &key_set(&second).await);
    app.answers(&new, 200, 1, "the second key").await;
    // A token of the first key is not trusted any more: it is verified again, which is the
    // second bad signature within six seconds.
    app.answers(&old, 401, 0, "replaced").await;
    app.answers(&new, 200, 0, "the second key, cached").await;
    app.clock.advance(6 * SECOND);
    app.answers(&old, 401, 1, "replaced").await;
}

/// The worst that forgers can do to a key that is replaced.
#[tokio::test]
async fn replaced_key_is_found_within_six_seconds_in_a_flood() {
    let app = App::start().await;
    let [second, forger] = [(); 2].map(|()| DevIssuer::builder().impersonate(&app.issuer).start());
    let (second, forger) = (second.await.unwrap(), forger.await.unwrap());
    let bad = || forger.oauth("user_ada").jwt();
    app.answers(&app.token(), 200, 1, "cold").await;
    app.answers(&bad(), 401, 1, "forged").await;
    shows(&app, &key_set(&second).await);
    let new = second.oauth("user_ada").jwt();
    app.answers(&new, 401, 0, "too early").await;
    app.clock.advance(Duration::from_millis(5_999));
    app.answers(&new, 401, 0, "still too early").await;
    app.clock.advance(Duration::from_millis(1));
    // Whoever causes the load, all learn of the new key.
    app.answers(&bad(), 401, 1, "forged").await;
    app.answers(&new, 200, 0, "the new key").await;
}

/// Tokens of the replaced key come all at once: they share the load, and none is rejected.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaced_key_is_loaded_once_for_all_who_wait() {
    let app = App::start().await;
    let second = DevIssuer::builder().impersonate(&app.issuer).start().await.unwrap();
    app.answers(&app.token(), 200, 1, "cold").await;
    shows(&app, &key_set(&second).await);
    let new = second.oauth("user_ada").jwt();
    assert_eq!(app.ask_at_once(50, &new).await, [200; 50]);
    assert_eq!(app.loads(), 2);
}

/// Two keys of one ID are shown around a rotation. A cached token counts while its own key is shown.
#[tokio::test]
async fn cached_token_counts_while_its_own_key_of_an_id_is_shown() {
    let app = App::start().await;
    let second = DevIssuer::builder().impersonate(&app.issuer).start().await.unwrap();
    let (one, other) = (app.token(), second.oauth("user_ada").jwt());
    let (first_set, second_set) = (key_set(&app.issuer).await, key_set(&second).await);
    let both = json!({ "keys": [first_set["keys"][0], second_set["keys"][0]] });
    // What Clerk shows, and the status of each token.
    for (set, of_one, of_other) in [
        (&both, 200, 200),
        (&first_set, 200, 401),
        (&both, 200, 200),
        (&second_set, 401, 200),
        (&both, 200, 200),
    ] {
        shows(&app, set);
        app.clock.advance(300 * SECOND);
        for round in 0..2 {
            assert_eq!(app.ask(&one).await, of_one, "{set} {round}");
            assert_eq!(app.ask(&other).await, of_other, "{set} {round}");
        }
    }
}

/// Two apps share nothing: each has the keys of its own instance.
#[tokio::test]
async fn keys_of_one_instance_are_not_those_of_another() {
    let (one, other) = (App::start().await, App::start().await);
    one.answers(&one.token(), 200, 1, "its own").await;
    other.answers(&other.token(), 200, 1, "its own").await;
    one.answers(&other.token(), 401, 1, "of the other").await;
    other.answers(&one.token(), 401, 1, "of the other").await;
}
