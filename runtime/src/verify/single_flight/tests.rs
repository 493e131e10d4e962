use std::future::{Pending, pending};

use tokio::{runtime::Builder, sync::oneshot, task::yield_now};

use super::*;

const DEADLINE: Duration = Duration::from_secs(10);

type FlightResult = Result<u8, UpstreamError>;
type Stored = Arc<Mutex<Vec<(u8, Duration)>>>;

struct Table {
    flights: Arc<SingleFlight<(), FlightResult>>,
    stored: Stored,
}

impl Table {
    fn new() -> Self {
        let flights = Arc::new(SingleFlight::new(DEADLINE));
        Self { flights, stored: Stored::default() }
    }

    fn join<W>(&self, second: u64, work: W) -> Flight<FlightResult>
    where
        W: Future<Output = FlightResult> + Send + 'static,
    {
        let stored = Arc::clone(&self.stored);
        let store = move |result: &FlightResult, started_at| {
            stored.lock().unwrap().push((*result.as_ref().unwrap(), started_at));
        };
        let now = Duration::from_secs(second);
        let joined = self.flights.join_or_start((), now, || None::<()>, || Ok((work, store)));
        joined.unwrap()
    }

    fn stored(&self) -> Vec<(u8, u64)> {
        self.stored.lock().unwrap().iter().map(|(it, at)| (*it, at.as_secs())).collect()
    }
}

/// Work that ends when the test says so.
fn work() -> (oneshot::Sender<u8>, impl Future<Output = FlightResult>) {
    let (end, ended) = oneshot::channel();
    (end, async { Ok(ended.await.unwrap()) })
}

#[tokio::test]
async fn waiters_of_one_flight_get_one_result() {
    let table = Table::new();
    let (end, work) = work();
    let (first, second) = (table.join(1, work), table.join(2, async { panic!("a second call") }));
    end.send(7).unwrap();
    assert!(matches!(first.clone().result().await, Ok(7)));
    assert!(matches!(second.result().await, Ok(7)));
    assert!(matches!(first.result().await, Ok(7)), "also after the end");
    assert_eq!((table.stored(), table.flights.len()), (vec![(7, 1)], 0));
}

#[tokio::test]
async fn flight_ends_though_its_first_caller_goes_away() {
    let table = Table::new();
    let (end, work) = work();
    drop(table.join(1, work));
    let second = table.join(2, async { panic!("a second call") });
    end.send(7).unwrap();
    assert!(matches!(second.result().await, Ok(7)));
}

/// A flight can end between the caller's own look and the lock.
#[test]
fn result_that_is_known_under_the_lock_starts_no_flight() {
    type Start = (Pending<FlightResult>, fn(&FlightResult, Duration));
    let table = Table::new();
    let start = || -> Result<Start, u8> { panic!("a second call") };
    let joined = table.flights.join_or_start((), DEADLINE, || Some(7), start);
    assert_eq!(joined.err(), Some(7));
    assert_eq!(table.flights.len(), 0);
}

/// Seconds from the start, and whether the flight is joined then.
#[tokio::test]
async fn flight_is_given_up_after_twice_the_deadline() {
    for (second, is_joined) in [(0, true), (19, true), (20, false), (999, false)] {
        let table = Table::new();
        let first = table.join(0, pending());
        let second = table.join(second, pending());
        assert_eq!(first.result.same_channel(&second.result), is_joined);
    }
}

#[tokio::test]
async fn flight_that_was_given_up_stores_nothing_when_it_ends() {
    let table = Table::new();
    let ((end_late, late), (end, newer)) = (work(), work());
    let (late, newer) = (table.join(0, late), table.join(20, newer));
    end_late.send(1).unwrap();
    assert!(matches!(late.result().await, Ok(1)), "its waiters get its result");
    assert_eq!((table.stored(), table.flights.len()), (vec![], 1));
    end.send(2).unwrap();
    assert!(matches!(newer.result().await, Ok(2)));
    assert_eq!((table.stored(), table.flights.len()), (vec![(2, 20)], 0));
}

#[tokio::test(start_paused = true)]
async fn waiter_of_a_flight_without_end_times_out() {
    let result = Table::new().join(0, pending()).result().await;
    assert!(matches!(result, Err(UpstreamError { reason: UpstreamErrorKind::Timeout, .. })));
}

/// However a flight ends, its place is free afterwards.
#[test]
fn flight_leaves_nothing_behind_however_it_ends() {
    for (end, left) in [("well", 0), ("in a panic", 0), ("with its runtime", 1)] {
        let table = Table::new();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let flight = runtime.block_on(async {
            let flight = table.join(0, async move {
                match end {
                    "well" => Ok(7),
                    "in a panic" => panic!("a test says so"),
                    _ => pending().await,
                }
            });
            yield_now().await;
            flight
        });
        assert_eq!(table.flights.len(), left, "{end}");
        drop(runtime);
        assert_eq!(table.flights.len(), 0, "{end}");
        assert!(!flight.is_under_way(Duration::ZERO), "{end}");
    }
}
