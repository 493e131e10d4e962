//! A `kid` in, the instance's key with that id out; loads the key set when it must.
//!
//! Many requests read one snapshot without a lock. One task at a time loads a new snapshot,
//! and everybody who needs it waits for that task: a caller who goes away cancels nobody else.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::watch;

use super::{
    key::{Jwk, Key},
    upstream::{Failed, Question, Upstream},
};
use crate::{
    clock::Clock,
    error::{Failure, TokenFault, UpstreamFault, UpstreamReason},
};

/// A snapshot is used for five minutes, then loaded again.
const LIFETIME: Duration = Duration::from_secs(300);

/// After an unknown `kid` caused a load, none causes another for this long.
const UNKNOWN_KEY_PAUSE: Duration = Duration::from_secs(30);

/// After a load that failed, nobody tries again for this long, or longer if Clerk says so.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// No answer of one request can keep us from asking again for longer.
const LONGEST_FAILURE_PAUSE: Duration = Duration::from_secs(60);

/// A load that runs for longer is given up: its runtime is not driven any more. Its own
/// time-outs end it long before.
const LONGEST_LOAD: Duration = Duration::from_secs(120);

/// Where keys come from.
pub(crate) enum Keys {
    /// One key from the configuration. Its tokens may have any `kid`, or none.
    Pem(Key),
    /// The instance's key set.
    Set(Arc<KeySet>),
    /// The configuration names no source, so no JWT can be verified.
    None,
}

/// The instance's key set at a URL of Clerk.
pub(crate) struct KeySet {
    upstream: Upstream,
    question: Question,
    clock: Clock,
    snapshot: ArcSwapOption<Snapshot>,
    loading: Mutex<Loading>,
}

struct Snapshot {
    keys: Vec<(String, Arc<Key>)>,
    loaded_at: Duration,
}

#[derive(Default)]
struct Loading {
    /// The load that runs now, if one does.
    running: Option<Running>,
    /// When a load last started because of an unknown `kid`: counted at the attempt, not at its
    /// success.
    last_for_unknown: Option<Duration>,
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

enum Step {
    Found(Arc<Key>),
    Wait(Load),
    Unknown,
}

type Load = watch::Receiver<Option<Outcome>>;
type Outcome = Result<Arc<Snapshot>, Failed>;

#[derive(Deserialize)]
struct SentSet<'s> {
    #[serde(borrow)]
    keys: Vec<&'s RawValue>,
}

impl KeySet {
    pub(crate) fn new(upstream: Upstream, question: Question, clock: Clock) -> Self {
        Self {
            upstream,
            question,
            clock,
            snapshot: ArcSwapOption::empty(),
            loading: Mutex::default(),
        }
    }

    /// The key with this id. Loads the set if it is missing or too old, or, once in a while, if
    /// it does not have the id.
    pub(super) async fn key(self: &Arc<Self>, kid: &str) -> Result<Arc<Key>, Failure> {
        if let Some(key) = self.fresh_snapshot().as_deref().and_then(|snapshot| snapshot.key(kid)) {
            return Ok(key);
        }
        let load = match self.next_step(kid)? {
            Step::Found(key) => return Ok(key),
            Step::Unknown => return Err(TokenFault::UnknownKey.into()),
            Step::Wait(load) => load,
        };
        let snapshot = self.upstream.within_deadline(finished(load)).await??;
        snapshot.key(kid).ok_or_else(|| TokenFault::UnknownKey.into())
    }

    fn fresh_snapshot(&self) -> Option<Arc<Snapshot>> {
        let snapshot = self.snapshot.load_full()?;
        let age = self.clock.steady().saturating_sub(snapshot.loaded_at);
        (age < LIFETIME).then_some(snapshot)
    }

    /// Joins the load that runs, or starts one where that is allowed.
    fn next_step(self: &Arc<Self>, kid: &str) -> Result<Step, Failed> {
        let mut loading = self.loading();
        // A load can have ended between the first look and the lock.
        let fresh = self.fresh_snapshot();
        if let Some(key) = fresh.as_deref().and_then(|snapshot| snapshot.key(kid)) {
            return Ok(Step::Found(key));
        }
        let now = self.clock.steady();
        let within = |then: Duration, pause| now.saturating_sub(then) < pause;
        if let Some(Running { load, started_at }) = &loading.running
            // An error here means that the task died; its place is then free.
            && load.has_changed().is_ok()
            && within(*started_at, LONGEST_LOAD)
        {
            return Ok(Step::Wait(load.clone()));
        }
        if let Some(failure) = &loading.last_failure
            && within(failure.at, failure.pause)
        {
            return Err(failure.why.clone());
        }
        if fresh.is_some() {
            // The set is fresh, so the id is most likely wrong: a stranger's `kid` must not
            // become our request each time.
            if loading.last_for_unknown.is_some_and(|at| within(at, UNKNOWN_KEY_PAUSE)) {
                // Where Clerk did not answer, nobody can say that the caller is to blame.
                return match &loading.last_failure {
                    Some(failure) => Err(failure.why.clone()),
                    None => Ok(Step::Unknown),
                };
            }
            loading.last_for_unknown = Some(now);
        }
        let (sender, load) = watch::channel(None);
        loading.running = Some(Running { load: load.clone(), started_at: now });
        let set = Arc::clone(self);
        let this = load.clone();
        tokio::spawn(async move {
            let outcome = set.load().await;
            set.finish(&this, &outcome);
            // Where nobody waits any more, the snapshot is stored all the same.
            let _ = sender.send(Some(outcome));
        });
        Ok(Step::Wait(load))
    }

    /// A new set replaces the old one whole: a key that Clerk withdrew is gone.
    fn finish(&self, load: &Load, outcome: &Outcome) {
        let mut loading = self.loading();
        // A load that was given up says nothing about what is true now.
        if loading.running.take_if(|running| running.load.same_channel(load)).is_none() {
            return;
        }
        match outcome {
            Ok(snapshot) => {
                self.snapshot.store(Some(Arc::clone(snapshot)));
                loading.last_failure = None;
            }
            Err(failed) => {
                let at = self.clock.steady();
                let pause = pause_after(failed);
                loading.last_failure = Some(LastFailure { at, pause, why: failed.clone() });
            }
        }
    }

    async fn load(&self) -> Outcome {
        let body = self.upstream.ask_with_retry(&self.question).await?;
        let keys = read_set(&body);
        if keys.is_empty() {
            return Err(UpstreamFault::new(UpstreamReason::NoKeys).into());
        }
        Ok(Arc::new(Snapshot { keys, loaded_at: self.clock.steady() }))
    }

    fn loading(&self) -> MutexGuard<'_, Loading> {
        self.loading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Snapshot {
    /// A set has one or two keys, so a list is the fastest map; and no `kid` is special in it.
    fn key(&self, kid: &str) -> Option<Arc<Key>> {
        self.keys.iter().find(|(id, _)| id == kid).map(|(_, key)| Arc::clone(key))
    }
}

/// Reads the keys one by one: an unusable key is skipped, not the set.
fn read_set(body: &[u8]) -> Vec<(String, Arc<Key>)> {
    let Ok(set) = serde_json::from_slice::<SentSet<'_>>(body) else {
        return Vec::new();
    };
    let mut keys = Vec::new();
    for sent in set.keys {
        let Ok(jwk) = serde_json::from_str::<Jwk>(sent.get()) else {
            tracing::warn!("skipped a member of Clerk's key set that is no RSA public key");
            continue;
        };
        match Key::from_jwk(jwk) {
            Ok((kid, key)) => keys.push((kid, Arc::new(key))),
            Err(unusable) => tracing::warn!(%unusable, "skipped a key of Clerk's key set"),
        }
    }
    keys
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

/// Waits for a load. A load that panicked or was dropped with its runtime counts as a failure.
async fn finished(mut load: Load) -> Result<Arc<Snapshot>, Failed> {
    let outcome = match load.wait_for(Option::is_some).await {
        Ok(outcome) => outcome.clone(),
        Err(_) => None,
    };
    outcome.unwrap_or_else(|| Err(UpstreamFault::new(UpstreamReason::Connection).into()))
}
