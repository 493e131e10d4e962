//! The text of an opaque token in, Clerk's verdict out: asked once for all who want to know at the
//! same time, remembered where the configuration or prudence says so, and within a budget.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use quick_cache::sync::Cache;
use tokio::sync::watch;

use super::{budget::Budget, seen::Fingerprint, upstream::Upstream};
use crate::{
    clock::Clock,
    error::{Failure, UpstreamFault, UpstreamReason},
    identity::Identity,
    observe::{self, Lookup, Withheld},
};

/// Verdicts that are remembered at most.
const MOST_VERDICTS: usize = 10_000;

/// The time in which Clerk counts calls.
const WINDOW: Duration = Duration::from_secs(10);

/// What a call to Clerk ended with.
pub(super) type Verdict = Result<Arc<Identity>, Failure>;

/// Calls that run, and what earlier ones ended with.
pub(crate) struct Asked {
    upstream: Upstream,
    clock: Clock,
    times: VerdictTimes,
    running: Mutex<HashMap<Fingerprint, Call>>,
    verdicts: Cache<Fingerprint, Remembered>,
    budget: Mutex<Budget>,
}

/// How long a verdict is remembered: a refusal, so that junk does not become calls that cost, and
/// an approval of each type of token. Zero: it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct VerdictTimes {
    pub(crate) refused: Duration,
    pub(crate) oauth_token: Duration,
    pub(crate) m2m_token: Duration,
    pub(crate) api_key: Duration,
}

#[derive(Clone)]
struct Remembered {
    verdict: Verdict,
    until: Duration,
}

#[derive(Clone)]
struct Call(watch::Receiver<Option<Verdict>>);

impl Asked {
    /// `calls` is how many Clerk allows in ten seconds.
    pub(crate) fn new(upstream: Upstream, clock: Clock, calls: u32, times: VerdictTimes) -> Self {
        // Half at once, and the other half while ten seconds pass: never more than all of them.
        let half = (calls / 2).max(1);
        Self {
            upstream,
            clock,
            times,
            running: Mutex::default(),
            verdicts: Cache::new(MOST_VERDICTS),
            budget: Mutex::new(Budget::new(half, WINDOW / half)),
        }
    }

    /// The verdict about a token. Where none is remembered and nobody asks already, what `ask`
    /// returns runs in a task of its own: a caller who goes away cancels nobody else's.
    pub(super) async fn about<F>(
        self: &Arc<Self>,
        fingerprint: Fingerprint,
        ask: impl FnOnce() -> Result<F, Failure>,
    ) -> Verdict
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        if let Some(verdict) = self.remembered(&fingerprint) {
            observe::looked_up(Lookup::VerdictHit);
            return verdict;
        }
        let call = self.join_or_start(fingerprint, ask)?;
        self.upstream.within_deadline(call.finished()).await?
    }

    fn remembered(&self, fingerprint: &Fingerprint) -> Option<Verdict> {
        let Remembered { verdict, until } = self.verdicts.get(fingerprint)?;
        (self.clock.steady() < until).then_some(verdict)
    }

    fn join_or_start<F>(
        self: &Arc<Self>,
        fingerprint: Fingerprint,
        ask: impl FnOnce() -> Result<F, Failure>,
    ) -> Result<Call, Failure>
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        let mut running = lock(&self.running);
        // An error here means that the task died; its place is then free.
        if let Some(call) = running.get(&fingerprint).filter(|call| call.0.has_changed().is_ok()) {
            observe::looked_up(Lookup::VerdictJoined);
            return Ok(call.clone());
        }
        observe::looked_up(Lookup::VerdictMiss);
        let answer = ask()?;
        if let Err(wait) = lock(&self.budget).take(self.clock.steady()) {
            observe::withheld(Withheld::Budget);
            let mut fault = UpstreamFault::new(UpstreamReason::Budget);
            fault.retry_after = wait.as_secs() + 1;
            return Err(fault.into());
        }
        let (sender, receiver) = watch::channel(None);
        let call = Call(receiver);
        running.insert(fingerprint, call.clone());
        drop(running);
        let asked = Arc::clone(self);
        tokio::spawn(async move {
            let verdict = answer.await;
            asked.remember(fingerprint, &verdict);
            lock(&asked.running).remove(&fingerprint);
            let _ = sender.send(Some(verdict));
        });
        Ok(call)
    }

    fn remember(&self, fingerprint: Fingerprint, verdict: &Verdict) {
        let time = self.times.of(verdict);
        if time > Duration::ZERO {
            let until = self.clock.steady() + time;
            self.verdicts.insert(fingerprint, Remembered { verdict: verdict.clone(), until });
        }
    }
}

impl VerdictTimes {
    fn of(self, verdict: &Verdict) -> Duration {
        match verdict.as_deref() {
            Ok(Identity::OAuth(_)) => self.oauth_token,
            Ok(Identity::M2m(_)) => self.m2m_token,
            Ok(Identity::ApiKey(_)) => self.api_key,
            Err(Failure::Token(_)) => self.refused,
            // What is not the token's fault is asked again; and no session is opaque.
            Err(_) | Ok(Identity::Session(_)) => Duration::ZERO,
        }
    }
}

impl Call {
    /// Waits for the end. A call that panicked or was dropped with its runtime counts as lost.
    async fn finished(mut self) -> Verdict {
        let verdict = match self.0.wait_for(Option::is_some).await {
            Ok(verdict) => verdict.clone(),
            Err(_) => None,
        };
        verdict.unwrap_or_else(|| Err(UpstreamFault::new(UpstreamReason::Connection).into()))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
