use std::time::Duration;

use shuttle::{
    check_pct, check_random,
    future::{block_on, spawn, yield_now},
    sync::{Arc, Mutex},
};

use crate::{
    error::UpstreamError,
    rate_limit::{CallLimit, RateLimit},
    single_flight::{Flight, SingleFlight},
};

const DEADLINE: Duration = Duration::from_secs(10);

/// A flight that started at second 0 is given up from here on.
const LATE: Duration = Duration::from_secs(20);

/// Of each kind, for each scenario.
const SCHEDULES: usize = 20_000;

type FlightResult = Result<usize, UpstreamError>;

/// A single flight in front of a cache and behind a rate limit, as the opaque verifier puts it together.
#[derive(Clone)]
struct Model {
    flights: Arc<SingleFlight<u8, FlightResult>>,
    cache: Arc<Mutex<Option<usize>>>,
    limit: Arc<Mutex<RateLimit>>,
    calls: Arc<Mutex<usize>>,
}

enum Joined {
    Cached(usize),
    Throttled,
}

impl Model {
    fn new(calls: u32) -> Self {
        let limit = RateLimit::new(CallLimit { calls, for_new_tokens: calls });
        Self {
            flights: Arc::new(SingleFlight::new(DEADLINE)),
            cache: Arc::default(),
            limit: Arc::new(Mutex::new(limit)),
            calls: Arc::default(),
        }
    }

    fn join(&self, key: u8, now: Duration) -> Result<Flight<FlightResult>, Joined> {
        let known = || self.cache.lock().unwrap().map(Joined::Cached);
        let start = || {
            self.limit.lock().unwrap().take(true, Duration::ZERO).map_err(|_| Joined::Throttled)?;
            let mut calls = self.calls.lock().unwrap();
            *calls += 1;
            let (call, cache, calls) = (*calls, Arc::clone(&self.cache), Arc::clone(&self.calls));
            let work = async move {
                yield_now().await;
                Ok(call)
            };
            let store = move |result: &FlightResult, _| {
                let call = *result.as_ref().unwrap();
                assert_eq!(call, *calls.lock().unwrap(), "a newer call runs: the result is stale");
                assert_eq!(cache.lock().unwrap().replace(call), None, "stored twice");
            };
            Ok((work, store))
        };
        self.flights.join_or_start(key, now, known, start)
    }

    /// The number of the call whose result the caller got; `None` if throttled.
    async fn get(self, key: u8, now: Duration) -> Option<usize> {
        match self.join(key, now) {
            Ok(flight) => Some(flight.result().await.unwrap()),
            Err(Joined::Cached(call)) => Some(call),
            Err(Joined::Throttled) => None,
        }
    }
}

/// The model checker fails on a task that waits for ever: a lost wake-up.
fn every_waiter_gets_the_result_of_one_call(waiters: usize, cancelled: usize) {
    let model = Model::new(9);
    let tasks: Vec<_> = (0..waiters).map(|_| spawn(model.clone().get(0, Duration::ZERO))).collect();
    block_on(async {
        for (index, task) in tasks.into_iter().enumerate() {
            if index < cancelled {
                task.abort();
            } else {
                assert_eq!(task.await.unwrap(), Some(1));
            }
        }
    });
    assert!(*model.calls.lock().unwrap() <= 1);
}

fn late_finish_stores_nothing(late_waiters: usize) {
    let model = Model::new(9);
    let first = spawn(model.clone().get(0, Duration::ZERO));
    let late: Vec<_> = (0..late_waiters).map(|_| spawn(model.clone().get(0, LATE))).collect();
    block_on(async {
        for task in late.into_iter().chain([first]) {
            assert!(task.await.unwrap().is_some());
        }
    });
    assert!(*model.calls.lock().unwrap() <= 2);
}

fn calls_stay_within_the_limit() {
    let model = Model::new(1);
    let tasks: Vec<_> = (0..2).map(|key| spawn(model.clone().get(key, Duration::ZERO))).collect();
    block_on(async {
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(*model.calls.lock().unwrap(), 1);
}

/// Random schedules, and those that need few preemptions to show a fault.
fn check(scenario: fn()) {
    check_random(scenario, SCHEDULES);
    check_pct(scenario, SCHEDULES, 3);
}

#[test]
fn three_waiters_get_the_result_of_one_call() {
    check(|| every_waiter_gets_the_result_of_one_call(3, 0));
}

#[test]
fn cancelled_waiter_cancels_no_other() {
    check(|| every_waiter_gets_the_result_of_one_call(3, 1));
}

#[test]
fn flight_that_was_given_up_stores_nothing() {
    check(|| late_finish_stores_nothing(2));
}

#[test]
fn calls_of_two_tokens_stay_within_the_limit() {
    check(calls_stay_within_the_limit);
}
