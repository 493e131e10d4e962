//! Where other keys stand in while the Backend API is away, and where they must not.

use clerk_auth::{
    ClerkBuilder,
    health::KeyHealth,
    testing::{Answer, Endpoint},
};

use crate::{
    app::{App, SECOND, impatient},
    wire::{Break, Wire},
};

/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn public_keys_stand_in_for_the_backend_where_that_is_configured() {
    let url = |app: &App| app.issuer.url().to_owned();
    let first = App::with(impatient).await;
    let both = first
        .again(|clerk| {
            impatient(clerk)
                .api_url(NOWHERE)
                .frontend_api_url(url(&first))
                .public_keys_as_fallback()
        })
        .await;
    both.answers(&both.token(), 200, 1, "the public set").await;
    let one =
        first.again(|clerk| impatient(clerk).api_url(NOWHERE).frontend_api_url(url(&first))).await;
    one.answers(&one.token(), 503, 0, "not asked to").await;
    let rejected = first
        .again(|clerk| {
            let clerk = impatient(clerk).secret_key("sk_test_of_another_instance");
            clerk.frontend_api_url(url(&first)).public_keys_as_fallback()
        })
        .await;
    rejected.answers(&rejected.token(), 500, 1, "a refused key is no outage").await;
}

/// A Backend API that hangs leaves the public set its share of the time, however long one attempt
/// may take.
#[tokio::test]
async fn public_keys_stand_in_in_time_where_the_backend_hangs() {
    let first = App::start().await;
    let wire = Wire::to(&first.issuer).await;
    for broken in [Break::Silent, Break::TrickledHead, Break::TrickledBody] {
        wire.set(Some(broken));
        let (hangs, url) = (wire.url().to_owned(), first.issuer.url().to_owned());
        let brief = SECOND / 2;
        let app = first
            .again(|clerk| {
                let clerk = clerk.attempt_timeout(brief).total_timeout(brief).api_url(hangs);
                clerk.frontend_api_url(url).public_keys_as_fallback()
            })
            .await;
        app.answers(&app.token(), 200, 1, broken).await;
    }
}

/// With the PEM key of the issuer, as it is now.
async fn with_pem(app: &App, set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> App {
    let pem = app.issuer.public_key_pem();
    app.again(|clerk| set(impatient(clerk).jwt_key(pem).jwt_key_as_fallback())).await
}

#[tokio::test]
async fn pem_key_stands_in_while_no_set_is_known() {
    let first = App::start().await;
    let app = with_pem(&first, |clerk| clerk).await;
    let (good, other) = (app.token(), first.stranger("any"));
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    assert_eq!(app.clerk.health().keys, KeyHealth::Local);
    for round in 0..3 {
        app.answers(&good, 200, 1, ("down at start", round)).await;
        app.answers(&good, 200, 0, ("in the pause", round)).await;
        // Its `kid` is not compared: the signature says which key it is.
        app.answers(&other, 200, 0, ("in the pause", round)).await;
        app.clock.advance(SECOND);
    }
    app.clerk.warm_up().await.unwrap();
    app.clock.advance(SECOND);
    app.issuer.answer_normally();
    app.answers(&good, 200, 1, "Clerk is back").await;
    app.answers(&other, 401, 1, "and its set counts").await;
    // As stale keys do, and after them.
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    for (age, of_other) in [(300, 503), (3299, 503), (3600, 200)] {
        app.clock.advance(age * SECOND);
        assert_eq!(app.ask(&good).await, 200, "{age}");
        assert_eq!(app.ask(&other).await, of_other, "{age}");
    }
    app.issuer.answer_normally();
}

/// The configuration is old, and Clerk has said so.
#[tokio::test]
async fn pem_key_that_clerk_has_withdrawn_lets_nobody_in() {
    let first = App::start().await;
    let app = with_pem(&first, |clerk| clerk).await;
    let old = app.token();
    app.answers(&old, 200, 1, "cold").await;
    app.issuer.rotate_key().await.unwrap();
    app.clock.advance(300 * SECOND);
    app.answers(&old, 401, 1, "withdrawn").await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    for age in [300, 3599, 9999] {
        app.clock.advance(age * SECOND);
        assert_eq!(app.ask(&old).await, 503, "{age}");
    }
    assert_eq!(app.clerk.health().keys, KeyHealth::Missing);
    app.issuer.answer_normally();
}

#[tokio::test]
async fn pem_key_is_not_asked_where_clerk_answers() {
    let first = App::start().await;
    let none = Answer::body(200, "application/json", r#"{"keys":[]}"#);
    for (answer, status) in [(none, 503), (Answer::status(401), 500)] {
        let app = with_pem(&first, |clerk| clerk).await;
        let good = app.token();
        app.issuer.answer_with(Endpoint::KeySet, answer.clone());
        app.answers(&good, status, 1, &answer).await;
        app.answers(&good, status, 0, &answer).await;
        assert!(!app.clerk.health().is_ready(), "{answer:?}");
        assert!(app.clerk.warm_up().await.is_err(), "{answer:?}");
        app.issuer.answer_normally();
        // After "no keys", nobody can say that this one counts, until a set shows it.
        app.clock.advance(SECOND);
        app.answers(&good, 200, 1, &answer).await;
    }
}

/// A key that Clerk never signed with is found out by the signature.
#[tokio::test]
async fn forged_tokens_stay_out_while_the_pem_key_stands_in() {
    let first = App::start().await;
    let other = App::start().await;
    let app = with_pem(&first, |clerk| clerk).await;
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    app.answers(&other.token(), 401, 1, "of another instance").await;
    app.answers(&app.token(), 200, 0, "a good one").await;
}
