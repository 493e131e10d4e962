//! What is known of earlier loads in, whether a load starts now, is waited for, or must wait out.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{KeySet, snapshot::Snapshot};
use crate::{
    error::{UpstreamFault, UpstreamReason},
    observe,
    verify::{budget::Budget, upstream::Failed},
};

/// Unknown ids cause one load in this time. Strangers can use it up; then a new key of the
/// instance is seen at the next load, whoever causes it.
const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(10);

/// After a load that failed, nobody tries again for this long, or longer if Clerk says so.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// No answer of one request can keep us from asking again for longer.
const LONGEST_FAILURE_PAUSE: Duration = Duration::from_secs(60);

/// A refresh that is not over by then is looked at again.
const LONGEST_REFRESH: Duration = Duration::from_secs(10);

/// A load that runs for longer is given up: its runtime is not driven any more. Its own
/// time-outs end it long before.
const LONGEST_LOAD: Duration = Duration::from_secs(120);

/// What is known of loads.
pub(super) struct Loading {
    /// The load that runs now, if one does.
    running: Option<Running>,
    /// Taken at the attempt, not at its success.
    for_unknown: Budget,
    last_failure: Option<LastFailure>,
}

struct Running {
    load: Load,
    started_at: Duration,
}

struct LastFailure {
    at: Duration,
    /// Nobody tries again for this long.
    pause: Duration,
    why: Failed,
}

/// A load that runs, or has ended.
#[derive(Clone)]
pub(super) struct Load(watch::Receiver<Option<Outcome>>);

type Outcome = Result<Arc<Snapshot>, Failed>;

pub(super) enum Step {
    /// The set is here by now.
    Done(Arc<Snapshot>),
    Wait(Load),
    /// The set is fresh and does not have the key.
    Unknown,
    Failed(Failed),
}

impl Default for Loading {
    fn default() -> Self {
        Self {
            running: None,
            for_unknown: Budget::new(1, UNKNOWN_KEY_INTERVAL),
            last_failure: None,
        }
    }
}

impl Loading {
    fn running(&self, now: Duration) -> Option<Load> {
        let Running { load, started_at } = self.running.as_ref()?;
        // An error here means that the task died; its place is then free.
        let is_alive = load.0.has_changed().is_ok();
        let is_recent = now.saturating_sub(*started_at) < LONGEST_LOAD;
        (is_alive && is_recent).then(|| load.clone())
    }

    fn pauses(&self, now: Duration) -> Option<&Failed> {
        let failure = self.last_failure.as_ref()?;
        (now.saturating_sub(failure.at) < failure.pause).then_some(&failure.why)
    }
}

impl KeySet {
    /// Joins the load that runs, or starts one where that is allowed. Without `kid`, any key will
    /// do.
    pub(super) fn next_step(self: &Arc<Self>, kid: Option<&str>) -> Step {
        let mut loading = self.loading();
        // A load can have ended between the first look and the lock.
        let usable = self.usable(Arc::clone);
        let has_key = |snapshot: &Snapshot| kid.is_none_or(|kid| snapshot.key(kid).is_some());
        if let Some(snapshot) = usable.as_ref().filter(|snapshot| has_key(snapshot)) {
            return Step::Done(Arc::clone(snapshot));
        }
        let now = self.clock.steady();
        if let Some(load) = loading.running(now) {
            return Step::Wait(load);
        }
        if let Some(why) = loading.pauses(now) {
            return Step::Failed(why.clone());
        }
        // The set is here, so the id is most likely wrong: a stranger's `kid` must not become our
        // request each time.
        if usable.is_some() && loading.for_unknown.take(now).is_err() {
            // Where Clerk did not answer, nobody can say that the caller is to blame.
            return match &loading.last_failure {
                Some(failure) => Step::Failed(failure.why.clone()),
                None => Step::Unknown,
            };
        }
        Step::Wait(self.start(&mut loading, now))
    }

    /// Starts a load behind a snapshot that is still used.
    pub(super) fn refresh(self: &Arc<Self>, known: &Snapshot, now: Duration) {
        // Whoever holds the lock is about to start one, or has just ended one.
        let Ok(mut loading) = self.loading.try_lock() else { return };
        if loading.running(now).is_none() && loading.pauses(now).is_none() {
            known.put_off_refresh(now + LONGEST_REFRESH);
            self.start(&mut loading, now);
        }
    }

    fn start(self: &Arc<Self>, loading: &mut Loading, now: Duration) -> Load {
        let (sender, receiver) = watch::channel(None);
        let load = Load(receiver);
        loading.running = Some(Running { load: load.clone(), started_at: now });
        let set = Arc::clone(self);
        let this = load.clone();
        tokio::spawn(async move {
            let outcome = observe::load(set.load()).await;
            set.finish(&this, &outcome);
            // Where nobody waits any more, the snapshot is stored all the same.
            let _ = sender.send(Some(outcome));
        });
        load
    }

    /// A new set replaces the old one whole: a key that Clerk withdrew is gone.
    fn finish(&self, load: &Load, outcome: &Outcome) {
        let mut loading = self.loading();
        // A load that was given up says nothing about what is true now.
        if loading.running.take_if(|running| running.load.0.same_channel(&load.0)).is_none() {
            return;
        }
        match outcome {
            Ok(snapshot) => {
                self.snapshot.store(Some(Arc::clone(snapshot)));
                observe::keys_loaded(self.clock.now());
                loading.last_failure = None;
            }
            Err(failed) => {
                let at = self.clock.steady();
                let pause = pause_after(failed);
                loading.last_failure = Some(LastFailure { at, pause, why: failed.clone() });
                if failed.withdraws_keys() {
                    self.snapshot.store(None);
                } else if let Some(known) = self.snapshot.load().as_ref() {
                    known.set_out_of_reach(failed.is_outage());
                    known.put_off_refresh(at + pause);
                }
            }
        }
    }
}

impl Load {
    /// Waits for the end. A load that panicked or was dropped with its runtime counts as a failure.
    pub(super) async fn finished(mut self) -> Outcome {
        let outcome = match self.0.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone(),
            Err(_) => None,
        };
        outcome.unwrap_or_else(|| Err(UpstreamFault::new(UpstreamReason::Connection).into()))
    }
}

/// Clerk's `Retry-After` is obeyed where it is meant for us: with 429.
fn pause_after(failed: &Failed) -> Duration {
    match failed {
        Failed::Upstream(UpstreamFault { reason: UpstreamReason::Status(429), retry_after }) => {
            Duration::from_secs(*retry_after).clamp(FAILURE_PAUSE, LONGEST_FAILURE_PAUSE)
        }
        _ => FAILURE_PAUSE,
    }
}
