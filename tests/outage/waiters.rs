//! A caller who goes away takes nobody along. The test itself is Clerk here, and answers when it
//! is ready to.

use std::pin::pin;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    join,
    net::{TcpListener, TcpStream},
    time::timeout,
};

use clerk_auth::health::KeyHealth;

use crate::app::{App, SECOND, is_waiting};

/// A Clerk that answers by hand.
struct Hand {
    listener: TcpListener,
    set: String,
}

impl Hand {
    /// With an app that asks it for keys.
    async fn start() -> (Self, App) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let slow = 30 * SECOND;
        let app =
            App::with(|clerk| clerk.api_url(url).attempt_timeout(slow).total_timeout(slow)).await;
        (Self { listener, set: String::new() }.shows_now(&app).await, app)
    }

    /// With the set that the issuer shows now.
    async fn shows_now(self, app: &App) -> Self {
        let shown = format!("{}/.well-known/jwks.json", app.issuer.url());
        let set = reqwest::get(shown).await.unwrap().text().await.unwrap();
        Self { set, ..self }
    }

    /// Waits for a question and reads it.
    async fn asked(&self) -> TcpStream {
        let question = timeout(10 * SECOND, self.listener.accept()).await;
        let (mut stream, _) = question.unwrap().unwrap();
        let mut question = Vec::new();
        while !question.ends_with(b"\r\n\r\n") {
            question.push(stream.read_u8().await.unwrap());
        }
        assert!(question.starts_with(b"GET /v1/jwks HTTP/1.1\r\n"));
        stream
    }

    async fn answer(&self, stream: TcpStream) {
        answer(stream, &self.set).await;
    }

    /// Whether nobody has asked since.
    async fn is_left_alone(&self) -> bool {
        is_waiting(pin!(self.listener.accept())).await
    }
}

async fn answer(mut stream: TcpStream, set: &str) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{set}", set.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn caller_who_goes_away_cancels_the_load_for_nobody() {
    let (clerk, app) = Hand::start().await;
    let token = app.token();
    let first = tokio::spawn({
        let (app, token) = (app.clone(), token.clone());
        async move { app.ask(&token).await }
    });
    let question = clerk.asked().await;
    let mut second = pin!(app.ask(&token));
    assert!(is_waiting(second.as_mut()).await);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    assert!(is_waiting(second.as_mut()).await);
    clerk.answer(question).await;
    assert_eq!(second.await, 200);
    assert_eq!(app.ask(&token).await, 200);
    assert!(clerk.is_left_alone().await);
}

#[tokio::test]
async fn load_that_all_callers_left_is_finished_for_the_next() {
    let (clerk, app) = Hand::start().await;
    let token = app.token();
    {
        let mut caller = pin!(app.ask(&token));
        assert!(is_waiting(caller.as_mut()).await);
    }
    clerk.answer(clerk.asked().await).await;
    assert_eq!(app.ask(&token).await, 200);
    assert!(clerk.is_left_alone().await);
}

/// Those who wait for the first load and hold no good key learn it from that load.
#[tokio::test]
async fn stranger_who_waits_for_the_first_load_starts_no_second() {
    let (clerk, app) = Hand::start().await;
    let (good, stranger) = (app.token(), app.stranger("stranger"));
    let mut first = pin!(app.ask(&good));
    let mut second = pin!(app.ask(&stranger));
    assert!(is_waiting(first.as_mut()).await && is_waiting(second.as_mut()).await);
    clerk.answer(clerk.asked().await).await;
    assert_eq!((first.await, second.await), (200, 401));
    assert!(clerk.is_left_alone().await);
}

/// What the load was asked for before the token came says nothing of its key.
#[tokio::test]
async fn token_of_a_key_shown_during_a_load_is_accepted_after_one_more() {
    let (clerk, app) = Hand::start().await;
    let old = app.token();
    let mut first = pin!(app.ask(&old));
    assert!(is_waiting(first.as_mut()).await);
    let question = clerk.asked().await;
    app.issuer.rotate_key_keeping_old().await.unwrap();
    app.clock.advance(SECOND);
    let (new, stranger) = (app.token(), app.stranger("stranger"));
    let mut second = pin!(app.ask(&new));
    let mut third = pin!(app.ask(&stranger));
    assert!(is_waiting(second.as_mut()).await && is_waiting(third.as_mut()).await);
    clerk.answer(question).await;
    assert_eq!(first.await, 200);
    let clerk = clerk.shows_now(&app).await;
    assert!(is_waiting(second.as_mut()).await && is_waiting(third.as_mut()).await);
    clerk.answer(clerk.asked().await).await;
    assert_eq!((second.await, third.await), (200, 401));
    assert!(clerk.is_left_alone().await, "one more load, for all who wait");
}

/// The same for a key that is replaced under its ID.
#[tokio::test]
async fn token_of_a_key_replaced_during_a_load_is_accepted_after_one_more() {
    let (clerk, app) = Hand::start().await;
    let old = app.token();
    let mut first = pin!(app.ask(&old));
    assert!(is_waiting(first.as_mut()).await);
    clerk.answer(clerk.asked().await).await;
    assert_eq!(first.await, 200);
    // A load behind the requests starts, and asks for the old set.
    app.clock.advance(240 * SECOND);
    assert_eq!(app.ask(&old).await, 200);
    let question = clerk.asked().await;
    let id = app.issuer.key_id();
    app.issuer.rotate_key().await.unwrap();
    app.clock.advance(SECOND);
    let new = app.issuer.oauth("user_ada").header("kid", id.clone()).jwt();
    let mut second = pin!(app.ask(&new));
    assert!(is_waiting(second.as_mut()).await);
    clerk.answer(question).await;
    let clerk = clerk.shows_now(&app).await;
    let clerk = Hand { set: clerk.set.replace(&app.issuer.key_id(), &id), ..clerk };
    let answer = async { clerk.answer(clerk.asked().await).await };
    assert_eq!(join!(second, answer).0, 200);
    assert!(clerk.is_left_alone().await);
}

/// While a load runs, a key can be withdrawn.
#[tokio::test]
async fn age_of_a_set_counts_from_the_start_of_its_load() {
    let (clerk, app) = Hand::start().await;
    let token = app.token();
    let mut first = pin!(app.ask(&token));
    assert!(is_waiting(first.as_mut()).await);
    let question = clerk.asked().await;
    app.clock.advance(20 * SECOND);
    clerk.answer(question).await;
    assert_eq!(first.await, 200);
    let age = 20 * SECOND;
    assert_eq!(app.clerk.health().keys, KeyHealth::Fresh { age });
    app.clock.advance(280 * SECOND);
    let mut late = pin!(app.ask(&token));
    assert!(is_waiting(late.as_mut()).await, "300 seconds after the question");
}

/// A load that hangs is given up after twice the deadline; what it says later is no longer true.
/// It can end before the load that took its place, or after it.
#[tokio::test]
async fn load_that_was_given_up_changes_nothing() {
    for ends_last in [false, true] {
        let (clerk, app) = Hand::start().await;
        let old = app.token();
        let mut first = pin!(app.ask(&old));
        assert!(is_waiting(first.as_mut()).await);
        let late = clerk.asked().await;
        let before = clerk.set.clone();
        app.clock.advance(59 * SECOND);
        let mut second = pin!(app.ask(&old));
        assert!(is_waiting(second.as_mut()).await && clerk.is_left_alone().await);
        app.clock.advance(SECOND);
        app.issuer.rotate_key().await.unwrap();
        let (new, clerk) = (app.token(), clerk.shows_now(&app).await);
        let mut third = pin!(app.ask(&new));
        assert!(is_waiting(third.as_mut()).await);
        let question = clerk.asked().await;
        // The first two learn what their load says, and nobody else does.
        if ends_last {
            clerk.answer(question).await;
            assert_eq!(third.as_mut().await, 200);
            answer(late, &before).await;
            assert_eq!((first.await, second.await), (200, 200));
        } else {
            answer(late, &before).await;
            assert_eq!((first.await, second.await), (200, 200));
            let mut fourth = pin!(app.ask(&new));
            assert!(is_waiting(fourth.as_mut()).await && clerk.is_left_alone().await);
            clerk.answer(question).await;
            assert_eq!((third.as_mut().await, fourth.await), (200, 200));
        }
        assert_eq!(app.ask(&new).await, 200);
        assert!(clerk.is_left_alone().await, "the set with the new key is known");
    }
}
