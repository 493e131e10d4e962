//! One call at a time for each key, shared by all waiters.
//!
//! The work is a task of its own, so a caller that goes away cancels it for no other. It ends by
//! its own time-outs, or with its runtime.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::timeout};

use crate::error::{UpstreamError, UpstreamErrorKind};

/// The calls that run, by key.
///
/// Its lock is held while `known`, `start` and `store` of [`join_or_start`](Self::join_or_start)
/// run, so these take no lock under which a flight is joined. It is not held over an `await`.
pub(crate) struct SingleFlight<K: Eq + Hash, T> {
    /// How long a caller waits.
    deadline: Duration,
    flights: Mutex<HashMap<K, Flight<T>>>,
}

/// Work that runs, or has ended. Clones wait for the same work.
#[derive(Clone)]
pub(crate) struct Flight<T> {
    result: watch::Receiver<Option<T>>,
    started_at: Duration,
    deadline: Duration,
}

/// The place of a flight among those that run. Freed when the task ends, whatever ends it.
struct Place<K: Eq + Hash, T> {
    owner: Arc<SingleFlight<K, T>>,
    key: K,
    flight: Flight<T>,
}

impl<K, T> SingleFlight<K, T>
where
    K: Clone + Eq + Hash + Send + 'static,
    T: Clone + Send + Sync + 'static,
{
    pub(crate) fn new(deadline: Duration) -> Self {
        Self { deadline, flights: Mutex::default() }
    }

    /// Joins the flight of `key`, or starts one, unless `known` or `start` returns what makes a
    /// flight needless or forbidden.
    ///
    /// `known` repeats the caller's own look under the lock, because a flight can have ended in
    /// between. `start` returns the work, and what stores its result and the time of its start:
    /// that runs only if the flight was not given up, before the next flight can start.
    pub(crate) fn join_or_start<R, W, S>(
        self: &Arc<Self>,
        key: K,
        now: Duration,
        known: impl FnOnce() -> Option<R>,
        start: impl FnOnce() -> Result<(W, S), R>,
    ) -> Result<Flight<T>, R>
    where
        W: Future<Output = T> + Send + 'static,
        S: FnOnce(&T, Duration) + Send + 'static,
    {
        let mut flights = self.lock();
        if let Some(known) = known() {
            return Err(known);
        }
        if let Some(flight) = flights.get(&key).filter(|flight| flight.is_under_way(now)) {
            return Ok(flight.clone());
        }
        let (work, store) = start()?;
        let (sender, result) = watch::channel(None);
        let flight = Flight { result, started_at: now, deadline: self.deadline };
        flights.insert(key.clone(), flight.clone());
        // A runtime that shuts down drops the task at once, and that takes the lock.
        drop(flights);
        let place = Place { owner: Arc::clone(self), key, flight: flight.clone() };
        tokio::spawn(async move {
            let result = work.await;
            place.free(|| store(&result, now));
            // Without waiters there is no receiver.
            let _ = sender.send(Some(result));
        });
        Ok(flight)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }
}

impl<K: Eq + Hash, T> SingleFlight<K, T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Flight<T>>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Flight<T> {
    /// Whether it can still end. Work ends within the deadline by its own time-outs, so what runs
    /// for twice as long is given up: its runtime stands still.
    fn is_under_way(&self, now: Duration) -> bool {
        // An error here means that the task is gone: it panicked, or its runtime has ended.
        let is_alive = self.result.has_changed().is_ok();
        is_alive && now.saturating_sub(self.started_at) < self.deadline * 2
    }
}

impl<T: Clone, E: Clone + From<UpstreamError>> Flight<Result<T, E>> {
    /// Waits for the result, no longer than the deadline. What is lost with its task has failed.
    pub(crate) async fn result(mut self) -> Result<T, E> {
        let ended = timeout(self.deadline, self.result.wait_for(Option::is_some)).await;
        let lost = match ended.map(|result| result.ok().and_then(|result| result.clone())) {
            Ok(Some(result)) => return result,
            Ok(None) => UpstreamErrorKind::Connection,
            Err(_) => UpstreamErrorKind::Timeout,
        };
        Err(UpstreamError::new(lost).into())
    }
}

impl<K: Eq + Hash, T> Place<K, T> {
    /// A flight that was given up stores nothing: it says nothing about what is true now.
    fn free(&self, store: impl FnOnce()) {
        let mut flights = self.owner.lock();
        let is_held = flights
            .get(&self.key)
            .is_some_and(|flight| flight.result.same_channel(&self.flight.result));
        if is_held {
            store();
            flights.remove(&self.key);
        }
    }
}

impl<K: Eq + Hash, T> Drop for Place<K, T> {
    fn drop(&mut self) {
        self.free(|| ());
    }
}

#[cfg(test)]
mod tests;
