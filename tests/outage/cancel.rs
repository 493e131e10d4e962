//! Callers who go away and runtimes that end, at every moment there is: the next request works,
//! and nothing is left behind.

use std::{pin::pin, time::Duration};

use clerk_auth::{ClerkBuilder, policy::OpaqueTokenType};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    task::{spawn_blocking, yield_now},
    time::timeout,
};

use crate::app::{App, SECOND, is_waiting, polled};

/// A token of each way to Clerk.
fn tokens(app: &App) -> [String; 2] {
    [app.token(), app.issuer.api_key("user_ada").opaque()]
}

/// Approvals are remembered, so that the number of calls tells whether one was lost.
fn caches(clerk: ClerkBuilder) -> ClerkBuilder {
    clerk.opaque_cache(OpaqueTokenType::ApiKey, 30 * SECOND)
}

#[tokio::test]
async fn caller_who_goes_away_at_any_moment_harms_nobody() {
    let first = App::start().await;
    for token in tokens(&first) {
        for polls in 0.. {
            assert!(polls < 100, "the request never ends");
            let app = first.again(caches).await;
            let before = app.issuer.calls().total();
            let answer = polled(polls, app.ask(&token)).await;
            assert!(answer.is_none_or(|status| status == 200), "{polls}");
            assert_eq!(app.ask(&token).await, 200, "{polls}");
            assert_eq!(app.issuer.calls().total(), before + 1, "{polls}");
            if answer.is_some() {
                assert!(polls > 1, "a request that never waits shows nothing");
                break;
            }
        }
    }
}

#[tokio::test]
async fn set_that_grew_old_is_loaded_though_its_first_caller_goes_away() {
    let app = App::start().await;
    let token = app.token();
    for polls in 0..8 {
        assert_eq!(app.ask(&token).await, 200, "{polls}");
        app.clock.advance(300 * SECOND);
        let before = app.loads();
        let answer = polled(polls, app.ask(&token)).await;
        assert!(answer.is_none_or(|status| status == 200), "{polls}");
        assert_eq!(app.ask(&token).await, 200, "{polls}");
        assert_eq!(app.loads(), before + 1, "{polls}");
    }
}

/// Tasks, and with them all that they hold, are gone when the app is.
#[tokio::test]
async fn nothing_is_left_of_callers_who_went_away() {
    let first = App::start().await;
    let tasks = || Handle::current().metrics().num_alive_tasks();
    for token in tokens(&first) {
        for polls in 0..4 {
            let before = tasks();
            let app = first.again(caches).await;
            polled(polls, app.ask(&token)).await;
            drop(app);
            let gone = async {
                while tasks() > before {
                    yield_now().await;
                }
            };
            assert!(timeout(10 * SECOND, gone).await.is_ok(), "{polls}: {} tasks", tasks());
        }
    }
}

/// A load or a call is one task. Here the runtime that it belongs to ends before each of its steps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runtime_that_ends_at_any_moment_leaves_the_next_one_a_clean_start() {
    let first = App::start().await;
    for token in tokens(&first) {
        let mut steps = 0;
        loop {
            let app = first.again(caches).await;
            let before = app.issuer.calls().total();
            let (asked, token) = (app.clone(), token.clone());
            let statuses = spawn_blocking(move || {
                let ended = runtime().block_on(async {
                    let request = asked.ask(&token);
                    let ends = async {
                        for _ in 0..steps {
                            yield_now().await;
                        }
                    };
                    tokio::select! {
                        biased;
                        status = request => Some(status),
                        () = ends => None,
                    }
                });
                (ended, runtime().block_on(timeout(10 * SECOND, asked.ask(&token))))
            });
            let (ended, next) = statuses.await.unwrap();
            assert_eq!(next, Ok(200), "after {steps} steps");
            assert!(app.issuer.calls().total() <= before + 2, "after {steps} steps");
            if ended.is_some() {
                assert_eq!(ended, Some(200));
                break;
            }
            steps += 1 + steps / 8;
        }
    }
}

/// A runtime that stands still with a request for this token under way.
async fn standstill(app: &App, token: &str) -> Runtime {
    let (app, token) = (app.clone(), token.to_owned());
    let runtime = spawn_blocking(move || {
        let runtime = runtime();
        assert_eq!(runtime.block_on(polled(1, app.ask(&token))), None);
        runtime
    });
    runtime.await.unwrap()
}

/// Whoever waits for a load or a call of another runtime is told at once when that one ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_of_a_runtime_that_ends_is_503_for_who_waits_and_good_at_the_next_request() {
    let first = App::start().await;
    for token in tokens(&first) {
        let app = first.again(|clerk| clerk).await;
        let other = standstill(&app, &token).await;
        let mut waits = pin!(app.ask(&token));
        assert!(is_waiting(waits.as_mut()).await);
        other.shutdown_background();
        assert_eq!(waits.await, 503);
        assert_eq!(app.ask(&token).await, 200);
    }
}

/// A runtime that is not driven any more, and does not end either, holds nobody up for long.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_stands_still_is_given_up_after_twice_the_deadline() {
    let first = App::start().await;
    let deadline = Duration::from_millis(200);
    for token in tokens(&first) {
        let app = first.again(|clerk| clerk.total_timeout(deadline)).await;
        let other = standstill(&app, &token).await;
        assert_eq!(app.ask(&token).await, 503);
        app.clock.advance(Duration::from_millis(399));
        assert_eq!(app.ask(&token).await, 503);
        app.clock.advance(Duration::from_millis(1));
        assert_eq!(app.ask(&token).await, 200);
        other.shutdown_background();
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}
