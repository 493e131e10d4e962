//! What is known of earlier loads in, whether a load starts now, is waited for, or must wait out.

use std::{
    sync::{Arc, TryLockError},
    time::Duration,
};

use super::{KeySet, snapshot::Snapshot};
use crate::{
    error::{UpstreamError, UpstreamErrorKind},
    telemetry,
    verify::{http_client::CallError, jwt::key_set::load_limit::Budget, single_flight::Flight},
};

/// Loads that unknown ids can cause at once. Strangers can use them up; then a new key of the
/// instance is seen at the next load, whoever causes it.
const UNKNOWN_KEY_LOADS: u32 = 3;

/// One of these loads comes back in this time: so long can strangers hide a new key, at most.
const UNKNOWN_KEY_INTERVAL: Duration = Duration::from_secs(2);

/// Loads that bad signatures under known IDs can cause at once, and the time in which one comes
/// back: a third of those of unknown IDs, and apart from them. Forged signatures can use them up
/// without hiding a new key ID.
const BAD_SIGNATURE_LOADS: u32 = UNKNOWN_KEY_LOADS / 3;
const BAD_SIGNATURE_INTERVAL: Duration = UNKNOWN_KEY_INTERVAL.saturating_mul(3);

/// After a load that failed, nobody tries again for this long, or longer if Clerk says so.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// No answer of one request can keep us from asking again for longer.
const LONGEST_FAILURE_PAUSE: Duration = Duration::from_secs(60);

/// For so long after a load that failed, nobody waits for another while old keys will do.
const KNOWN_OUTAGE: Duration = Duration::from_secs(30);

/// A refresh that is not over by then is looked at again.
const LONGEST_REFRESH: Duration = Duration::from_secs(10);

/// What is known of loads.
pub(crate) struct Loading {
    /// The load that runs now, if one does.
    running: Option<Load>,
    /// Taken at the attempt, not at its success.
    for_unknown: Budget,
    for_bad_signature: Budget,
    last_failure: Option<LastFailure>,
    /// Whether Clerk's last answer, if there is one, shows the configured key too.
    shows_fallback: bool,
}

struct LastFailure {
    at: Duration,
    /// Nobody tries again for this long.
    pause: Duration,
    why: CallError,
}

/// A load that runs, or has ended.
type Load = Flight<Outcome>;

type Outcome = Result<Arc<Snapshot>, CallError>;

pub(crate) enum Step {
    /// The set is here by now.
    Done(Arc<Snapshot>),
    Wait(Load),
    /// The set is fresh and does not have the key, and none may be loaded now.
    Unknown,
    CallError(CallError),
}

impl Default for Loading {
    fn default() -> Self {
        Self {
            running: None,
            for_unknown: Budget::new(UNKNOWN_KEY_LOADS, UNKNOWN_KEY_INTERVAL),
            for_bad_signature: Budget::new(BAD_SIGNATURE_LOADS, BAD_SIGNATURE_INTERVAL),
            last_failure: None,
            shows_fallback: true,
        }
    }
}

impl Loading {
    fn pauses(&self, now: Duration) -> Option<&CallError> {
        let failure = self.last_failure.as_ref()?;
        (now.saturating_sub(failure.at) < failure.pause).then_some(&failure.why)
    }

    /// Whether the last load ended with an answer that our key may not ask.
    pub(crate) fn is_refused(&self) -> bool {
        self.last_failure.as_ref().is_some_and(|failure| !failure.why.is_outage())
    }

    pub(crate) fn shows_fallback(&self) -> bool {
        self.shows_fallback
    }
}

impl KeySet {
    /// Joins the load that runs, or starts one where that is allowed. Without `kid`, any key will
    /// do.
    pub(crate) fn next_step(self: &Arc<Self>, kid: Option<&str>) -> Step {
        let mut loading = self.loading();
        // A load can have ended between the first look and the lock.
        let usable = self.usable(Arc::clone);
        let has_key = |snapshot: &Snapshot| kid.is_none_or(|kid| snapshot.has(kid));
        if let Some(snapshot) = usable.as_ref().filter(|snapshot| has_key(snapshot)) {
            return Step::Done(Arc::clone(snapshot));
        }
        let now = self.clock.steady();
        if let Some(load) = self.running(&loading, now) {
            return Step::Wait(load.clone());
        }
        if let Some(why) = loading.pauses(now) {
            return Step::CallError(why.clone());
        }
        // The set is here, so the id is most likely wrong: a stranger's `kid` must not become our
        // request each time.
        if usable.is_some() && loading.for_unknown.take(now).is_err() {
            // Where Clerk did not answer, nobody can say that the caller is to blame.
            return match &loading.last_failure {
                Some(failure) => Step::CallError(failure.why.clone()),
                None => Step::Unknown,
            };
        }
        Step::Wait(self.start(&mut loading, now))
    }

    /// Finds a set newer than `known`, under whose key IDs a token has a bad signature. Starts a
    /// load only within the limit for such tokens.
    pub(crate) fn step_after_bad_signature(self: &Arc<Self>, known: &Arc<Snapshot>) -> Step {
        let mut loading = self.loading();
        if let Some(newer) = self.usable(Arc::clone).filter(|it| !Arc::ptr_eq(it, known)) {
            return Step::Done(newer);
        }
        let now = self.clock.steady();
        if let Some(load) = self.running(&loading, now) {
            return Step::Wait(load.clone());
        }
        if let Some(why) = loading.pauses(now) {
            return Step::CallError(why.clone());
        }
        match loading.for_bad_signature.take(now) {
            Ok(()) => Step::Wait(self.start(&mut loading, now)),
            Err(_) => Step::Unknown,
        }
    }

    /// Starts a load behind a snapshot that is still used.
    pub(crate) fn refresh(self: &Arc<Self>, known: &Snapshot, now: Duration) {
        let mut loading = match self.loading.try_lock() {
            Ok(loading) => loading,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Whoever holds the lock is about to start one, or has just ended one.
            Err(TryLockError::WouldBlock) => return,
        };
        if self.running(&loading, now).is_none() && loading.pauses(now).is_none() {
            known.put_off_refresh(now + LONGEST_REFRESH);
            self.start(&mut loading, now);
        }
    }

    fn running<'l>(&self, loading: &'l Loading, now: Duration) -> Option<&'l Load> {
        let longest = self.upstream.longest_work();
        loading.running.as_ref().filter(|load| load.is_under_way(now, longest))
    }

    fn start(self: &Arc<Self>, loading: &mut Loading, now: Duration) -> Load {
        let (teller, load) = Flight::new(now);
        loading.running = Some(load.clone());
        let (set, this) = (Arc::clone(self), load.clone());
        tokio::spawn(async move {
            let outcome = telemetry::load(set.load()).await;
            set.finish(&this, &outcome);
            teller.tell(outcome);
        });
        load
    }

    /// A new set replaces the old one whole: a key that Clerk withdrew is gone.
    fn finish(&self, load: &Load, outcome: &Outcome) {
        let mut loading = self.loading();
        // A load that was given up says nothing about what is true now.
        if loading.running.take_if(|running| running.is(load)).is_none() {
            return;
        }
        match outcome {
            Ok(snapshot) => {
                self.snapshot.store(Some(Arc::clone(snapshot)));
                telemetry::keys_loaded(self.clock.now());
                loading.last_failure = None;
                loading.shows_fallback = self.is_fallback_in(snapshot);
            }
            Err(failed) => {
                let at = self.clock.steady();
                let pause = pause_after(failed);
                loading.last_failure = Some(LastFailure { at, pause, why: failed.clone() });
                if failed.withdraws_keys() {
                    self.snapshot.store(None);
                    loading.shows_fallback = false;
                } else if let Some(known) = self.snapshot.load().as_ref() {
                    let outage =
                        if failed.is_outage() { pause.max(KNOWN_OUTAGE) } else { Duration::ZERO };
                    known.expect_outage_until(at + outage);
                    known.put_off_refresh(at + pause);
                }
            }
        }
    }
}

/// Clerk's `Retry-After` is obeyed where it is meant for us: with 429.
fn pause_after(failed: &CallError) -> Duration {
    match failed {
        CallError::Upstream(UpstreamError {
            reason: UpstreamErrorKind::Status(429),
            retry_after,
            ..
        }) => Duration::from_secs(*retry_after).clamp(FAILURE_PAUSE, LONGEST_FAILURE_PAUSE),
        _ => FAILURE_PAUSE,
    }
}
