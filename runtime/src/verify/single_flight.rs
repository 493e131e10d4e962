//! Work in, its outcome out to everybody who waits for it.
//!
//! The work is a task of its own, so a caller who goes away cancels it for nobody else. It ends by
//! its own time-outs, or with its runtime.

use std::time::Duration;

use tokio::sync::watch;

/// Work that runs, or has ended. Clones wait for the same work.
#[derive(Clone)]
pub(crate) struct Flight<T> {
    outcome: watch::Receiver<Option<T>>,
    started_at: Duration,
}

/// Where the task that does the work tells what came of it.
pub(crate) struct FlightSender<T>(watch::Sender<Option<T>>);

impl<T: Clone> Flight<T> {
    pub(crate) fn new(started_at: Duration) -> (FlightSender<T>, Self) {
        let (sender, outcome) = watch::channel(None);
        (FlightSender(sender), Self { outcome, started_at })
    }

    /// Whether it can still end. Work that runs for longer than `longest` is not driven any more:
    /// its runtime stands still.
    pub(crate) fn is_under_way(&self, now: Duration, longest: Duration) -> bool {
        // An error here means that the task is gone: it panicked, or its runtime has ended.
        let is_alive = self.outcome.has_changed().is_ok();
        is_alive && now.saturating_sub(self.started_at) < longest
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        self.outcome.same_channel(&other.outcome)
    }

    pub(crate) fn started_at(&self) -> Duration {
        self.started_at
    }

    /// Waits for the end. `None` where the task was gone before it.
    pub(crate) async fn outcome(mut self) -> Option<T> {
        self.outcome.wait_for(Option::is_some).await.ok()?.clone()
    }
}

impl<T> FlightSender<T> {
    /// Where nobody waits any more, nobody is told.
    pub(crate) fn tell(self, outcome: T) {
        let _ = self.0.send(Some(outcome));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn all_who_wait_are_told_and_so_is_who_comes_later() {
        let (teller, shared) = Flight::new(LONGEST);
        let waits = tokio::spawn(shared.clone().outcome());
        teller.tell(7);
        assert_eq!(waits.await.unwrap(), Some(7));
        assert_eq!(shared.outcome().await, Some(7));
    }

    #[tokio::test]
    async fn nobody_waits_for_a_task_that_is_gone() {
        let (teller, shared) = Flight::<()>::new(LONGEST);
        assert!(shared.is_under_way(LONGEST, LONGEST));
        drop(teller);
        assert!(!shared.is_under_way(LONGEST, LONGEST));
        assert_eq!(shared.outcome().await, None);
    }

    #[test]
    fn work_is_given_up_when_its_time_is_over() {
        let (_teller, shared) = Flight::<()>::new(LONGEST);
        for (now, under_way) in [(0, true), (10, true), (19, true), (20, false), (999, false)] {
            assert_eq!(shared.is_under_way(Duration::from_secs(now), LONGEST), under_way, "{now}");
        }
    }
}
