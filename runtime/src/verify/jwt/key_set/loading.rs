//! Decides whether the key set is loaded now, and stores what a load brings.

use std::{sync::Arc, time::Duration};

use super::{KeySet, snapshot::KeySnapshot};
use crate::{
    error::{UpstreamError, UpstreamErrorKind},
    telemetry,
    verify::{http_client::CallError, jwt::key_set::load_limit::LoadLimit, single_flight::Flight},
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

/// What earlier loads leave to the next.
pub(crate) struct LoadHistory {
    /// Taken at the attempt, not at its success.
    for_unknown: LoadLimit,
    for_bad_signature: LoadLimit,
    last_failure: Option<LastFailure>,
    /// Clerk said since the last load that there are no keys: then the set of another replica does not
    /// count.
    is_withdrawn: bool,
    /// Whether Clerk's last answer, if there is one, shows the configured key too.
    shows_fallback: bool,
}

struct LastFailure {
    at: Duration,
    /// Nobody tries again for this long.
    pause: Duration,
    why: CallError,
}

pub(crate) type LoadResult = Result<Arc<KeySnapshot>, CallError>;

/// Why the key set is not loaded now.
pub(crate) enum NoLoad {
    /// The set is here by now.
    Known(Arc<KeySnapshot>),
    /// The set is fresh and does not have the key, and none may be loaded now.
    Unknown,
    Failed(CallError),
}

impl Default for LoadHistory {
    fn default() -> Self {
        Self {
            for_unknown: LoadLimit::new(UNKNOWN_KEY_LOADS, UNKNOWN_KEY_INTERVAL),
            for_bad_signature: LoadLimit::new(BAD_SIGNATURE_LOADS, BAD_SIGNATURE_INTERVAL),
            last_failure: None,
            is_withdrawn: false,
            shows_fallback: true,
        }
    }
}

impl LoadHistory {
    fn check_pause(&self, now: Duration) -> Result<(), NoLoad> {
        match &self.last_failure {
            Some(failure) if now.saturating_sub(failure.at) < failure.pause => {
                Err(NoLoad::Failed(failure.why.clone()))
            }
            _ => Ok(()),
        }
    }

    /// Whether the last load ended with an answer that our key may not ask.
    pub(crate) fn is_rejected(&self) -> bool {
        self.last_failure.as_ref().is_some_and(|failure| !failure.why.is_outage())
    }

    pub(crate) fn shows_fallback(&self) -> bool {
        self.shows_fallback
    }
}

impl KeySet {
    /// Joins the load that runs, or starts one where that is allowed. Without `kid`, any key will
    /// do.
    pub(crate) fn load_missing(
        self: &Arc<Self>,
        kid: Option<&str>,
    ) -> Result<Flight<LoadResult>, NoLoad> {
        let now = self.clock.steady();
        let usable = || self.snapshot.load_full().filter(|set| self.is_usable(set, now));
        let known = || usable().filter(|set| kid.is_none_or(|kid| set.has(kid))).map(NoLoad::Known);
        self.join_or_load(now, known, |history| {
            // The set is here, so the ID is most likely wrong: the `kid` of a forged token must not
            // become our request each time.
            if usable().is_none() || history.for_unknown.take(now).is_ok() {
                return Ok(());
            }
            // Where Clerk did not answer, the caller may not be to blame.
            let failure = history.last_failure.as_ref();
            Err(failure.map_or(NoLoad::Unknown, |failure| NoLoad::Failed(failure.why.clone())))
        })
    }

    /// Finds a set newer than `old`, under whose key IDs a token has a bad signature. Starts a load
    /// only within the limit for such tokens.
    pub(crate) fn load_after_bad_signature(
        self: &Arc<Self>,
        old: &Arc<KeySnapshot>,
    ) -> Result<Flight<LoadResult>, NoLoad> {
        let now = self.clock.steady();
        let known = || {
            let is_newer =
                |set: &Arc<KeySnapshot>| !Arc::ptr_eq(set, old) && self.is_usable(set, now);
            self.snapshot.load_full().filter(is_newer).map(NoLoad::Known)
        };
        self.join_or_load(now, known, |history| {
            history.for_bad_signature.take(now).map_err(|_| NoLoad::Unknown)
        })
    }

    /// Starts a load behind a snapshot that is still used.
    pub(crate) fn refresh(self: &Arc<Self>, old: &KeySnapshot, now: Duration) {
        // Another request can have started it since `now`.
        let known = || (!old.refresh_is_due(now)).then_some(NoLoad::Unknown);
        let put_off = |_: &mut LoadHistory| {
            old.put_off_refresh(now + LONGEST_REFRESH);
            Ok(())
        };
        // No caller waits for it.
        let _ = self.join_or_load(now, known, put_off);
    }

    fn join_or_load(
        self: &Arc<Self>,
        now: Duration,
        known: impl FnOnce() -> Option<NoLoad>,
        check_limit: impl FnOnce(&mut LoadHistory) -> Result<(), NoLoad>,
    ) -> Result<Flight<LoadResult>, NoLoad> {
        self.loads.join_or_start((), now, known, || {
            let mut history = self.history();
            history.check_pause(now)?;
            check_limit(&mut history)?;
            let (loader, owner) = (Arc::clone(self), Arc::clone(self));
            let work = async move { telemetry::load(loader.load()).await };
            Ok((work, move |result: &LoadResult, _| owner.store(result)))
        })
    }

    /// A new set replaces the old one whole: a key that Clerk withdrew is gone. An older one replaces
    /// none. Whether it is used now.
    pub(crate) fn replace(&self, snapshot: &Arc<KeySnapshot>, is_adopted: bool) -> bool {
        let mut history = self.history();
        let is_older = self.snapshot.load().as_ref().is_some_and(|known| known.is_newer(snapshot));
        if is_older || (is_adopted && history.is_withdrawn) {
            return false;
        }
        self.snapshot.store(Some(Arc::clone(snapshot)));
        history.shows_fallback = self.is_fallback_in(snapshot);
        true
    }

    fn store(&self, result: &LoadResult) {
        match result {
            Ok(snapshot) => {
                self.replace(snapshot, false);
                telemetry::key_set_fetched(self.clock.now());
                let mut history = self.history();
                history.last_failure = None;
                history.is_withdrawn = false;
            }
            Err(failed) => {
                let mut history = self.history();
                let at = self.clock.steady();
                let pause = pause_after(failed);
                history.last_failure = Some(LastFailure { at, pause, why: failed.clone() });
                if failed.withdraws_keys() {
                    self.snapshot.store(None);
                    history.is_withdrawn = true;
                    history.shows_fallback = false;
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

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::{
        testing::{DevIssuer, TestClock},
        verify::{Keys, jwt::key_set::REFRESH_AFTER},
    };

    /// Two requests see the same old set, one of them before the load of the other and until it has
    /// ended.
    #[tokio::test]
    async fn set_that_was_refreshed_meanwhile_is_not_loaded_again() {
        let clock = TestClock::at(1_800_000_000);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let clerk = issuer.clerk().build().unwrap();
        clerk.warm_up().await.unwrap();
        let Keys::Set(set) = &clerk.verifier().jwt.keys else { unreachable!("it has a URL") };
        let old = set.snapshot.load_full().unwrap();
        clock.advance(REFRESH_AFTER);
        let now = set.clock.steady();
        set.refresh(&old, now);
        assert_eq!(set.loads.len(), 1);
        while Arc::ptr_eq(&set.snapshot.load_full().unwrap(), &old) {
            tokio::task::yield_now().await;
        }
        set.refresh(&old, now);
        assert_eq!((set.loads.len(), issuer.calls().key_set), (0, 2));
    }
}
