//! The text of an opaque token in, Clerk's verdict out: asked once for all who want to know at the
//! same time, and remembered where the configuration or prudence says so.

pub(crate) mod backend_api;
pub(crate) mod rate_limit;
pub(crate) mod response;
pub(crate) mod verdict_cache;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub(crate) use self::verdict_cache::VerdictTimes;

use self::verdict_cache::VerdictCache;
use super::{http_client::Upstream, jwt::cache::Fingerprint, single_flight::Flight};
use crate::{
    clock::Clock,
    error::ErrorKind,
    identity::Identity,
    telemetry::{self, Lookup},
};

/// What a call to Clerk ended with.
pub(crate) type Verdict = Result<Identity, ErrorKind>;

/// Calls that run, and what earlier ones ended with.
pub(crate) struct OpaqueVerifier {
    upstream: Upstream,
    clock: Clock,
    memory: VerdictCache,
    /// As many as the rate limits let start while the longest of them runs.
    running: Mutex<HashMap<Fingerprint, Call>>,
}

/// A call that runs, or has ended.
type Call = Flight<Verdict>;

enum Step {
    /// The verdict is here by now.
    Done(Verdict),
    Wait(Call),
}

/// The place of a call among those that run. It is free when the task is gone, whatever ends it.
struct RunningFlight {
    asked: Arc<OpaqueVerifier>,
    fingerprint: Fingerprint,
    call: Call,
}

impl OpaqueVerifier {
    pub(crate) fn new(upstream: Upstream, clock: Clock, times: VerdictTimes) -> Self {
        Self { upstream, clock, memory: VerdictCache::new(times), running: Mutex::default() }
    }

    /// The verdict about a token. Where none is remembered and nobody asks already, what `ask`
    /// returns runs in a task of its own: a caller who goes away cancels nobody else's. `ask` is
    /// told whether the token is new: as far as is known, Clerk never approved it.
    pub(crate) async fn about<F>(
        self: &Arc<Self>,
        fingerprint: Fingerprint,
        ask: impl FnOnce(bool) -> Result<F, ErrorKind>,
    ) -> Verdict
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        if let Some(verdict) = self.memory.recall(&fingerprint, self.clock.steady()) {
            telemetry::looked_up(Lookup::VerdictHit);
            return verdict;
        }
        match self.next_step(fingerprint, ask)? {
            Step::Done(verdict) => verdict,
            Step::Wait(call) => self.upstream.wait_for(call).await,
        }
    }

    /// Joins the call that runs, or starts one where that is allowed.
    fn next_step<F>(
        self: &Arc<Self>,
        fingerprint: Fingerprint,
        ask: impl FnOnce(bool) -> Result<F, ErrorKind>,
    ) -> Result<Step, ErrorKind>
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        let mut running = lock(&self.running);
        let now = self.clock.steady();
        let longest = self.upstream.longest_work();
        if let Some(call) = running.get(&fingerprint).filter(|it| it.is_under_way(now, longest)) {
            telemetry::looked_up(Lookup::VerdictJoined);
            return Ok(Step::Wait(call.clone()));
        }
        // A call can have ended between the first look and the lock.
        if let Some(verdict) = self.memory.recall(&fingerprint, now) {
            telemetry::looked_up(Lookup::VerdictHit);
            return Ok(Step::Done(verdict));
        }
        telemetry::looked_up(Lookup::VerdictMiss);
        let answer = ask(!self.memory.was_approved(&fingerprint))?;
        let (teller, call) = Flight::new(now);
        running.insert(fingerprint, call.clone());
        drop(running);
        let place = RunningFlight { asked: Arc::clone(self), fingerprint, call: call.clone() };
        tokio::spawn(async move {
            let verdict = answer.await;
            if place.is_held() {
                // It is true of the moment of the question, so its time counts from there.
                place.asked.memory.keep(fingerprint, &verdict, place.call.started_at());
            }
            drop(place);
            teller.tell(verdict);
        });
        Ok(Step::Wait(call))
    }
}

impl RunningFlight {
    /// A call that was given up has lost its place to another, and says nothing any more of what is
    /// true now.
    fn is_held(&self) -> bool {
        self.is_held_in(&lock(&self.asked.running))
    }

    fn is_held_in(&self, running: &HashMap<Fingerprint, Call>) -> bool {
        running.get(&self.fingerprint).is_some_and(|call| call.is(&self.call))
    }
}

impl Drop for RunningFlight {
    fn drop(&mut self) {
        let mut running = lock(&self.asked.running);
        if self.is_held_in(&running) {
            running.remove(&self.fingerprint);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use tokio::{runtime::Builder, sync::oneshot, task::yield_now, time::timeout};

    use super::*;
    use crate::{
        error::TokenError,
        verify::{HttpClient, Reach, Timeouts},
    };

    const DEADLINE: Duration = Duration::from_secs(5);

    fn asked(times: VerdictTimes) -> Arc<OpaqueVerifier> {
        Arc::new(unshared(times))
    }

    fn unshared(times: VerdictTimes) -> OpaqueVerifier {
        let timeouts = Timeouts { connect: DEADLINE, attempt: DEADLINE, deadline: DEADLINE };
        let reach = Reach { connect_timeout: DEADLINE, loopback: true, encrypted: false };
        let upstream = Upstream::new(timeouts, HttpClient::new(reach));
        OpaqueVerifier::new(upstream, Clock::default(), times)
    }

    fn running(asked: &OpaqueVerifier) -> usize {
        lock(&asked.running).len()
    }

    /// A call can end between the first look at what is remembered and the lock.
    #[tokio::test]
    async fn who_comes_when_a_call_has_just_ended_starts_no_second() {
        let asked = asked(VerdictTimes { refused: DEADLINE, ..VerdictTimes::default() });
        let token = Fingerprint::of(b"ak_1");
        asked.memory.keep(token, &Err(TokenError::Revoked.into()), asked.clock.steady());
        let step = asked.next_step(token, |_| Ok(pending()));
        assert!(matches!(step, Ok(Step::Done(Err(_)))));
        assert_eq!(running(&asked), 0);
    }

    fn revoked() -> Verdict {
        Err(TokenError::Revoked.into())
    }

    /// A call that ends when the test says so.
    fn call(asked: &Arc<OpaqueVerifier>, token: Fingerprint) -> (oneshot::Sender<Verdict>, Call) {
        let (tell, told) = oneshot::channel();
        let step = asked.next_step(token, |_| Ok(async { told.await.unwrap() }));
        let Ok(Step::Wait(call)) = step else { panic!("a call runs already") };
        (tell, call)
    }

    /// What it ends with is older than the call that took its place, which goes on.
    #[tokio::test]
    async fn call_that_was_given_up_is_not_cached_when_it_ends() {
        let asked = asked(VerdictTimes { refused: DEADLINE, ..VerdictTimes::default() });
        let token = Fingerprint::of(b"ak_1");
        let (late, given_up) = call(&asked, token);
        // It has run for too long: the next request starts another.
        lock(&asked.running).clear();
        let (tell, newer) = call(&asked, token);
        late.send(revoked()).unwrap();
        assert!(given_up.outcome().await.is_some(), "those who wait for it are told");
        assert!(asked.memory.recall(&token, asked.clock.steady()).is_none());
        assert!(lock(&asked.running).get(&token).is_some_and(|call| call.is(&newer)));
        tell.send(revoked()).unwrap();
        newer.outcome().await;
        assert!(asked.memory.recall(&token, asked.clock.steady()).is_some());
        assert_eq!(running(&asked), 0);
    }

    /// A token can be revoked while the response is on its way, so its time counts from the call.
    #[cfg(feature = "testing")]
    #[tokio::test]
    async fn response_counts_from_the_start_of_its_call() {
        const SECOND: Duration = Duration::from_secs(1);
        let clock = crate::testing::TestClock::at(1_800_000_000);
        let times = VerdictTimes { refused: 4 * SECOND, ..VerdictTimes::default() };
        let asked =
            Arc::new(OpaqueVerifier { clock: Clock::Test(clock.clone()), ..unshared(times) });
        // Seconds on the way, and seconds for which the response still counts when it is here.
        for (number, (on_the_way, left)) in
            [(0, 4), (1, 3), (3, 1), (4, 0), (5, 0)].iter().enumerate()
        {
            let token = Fingerprint::of(format!("ak_{number}").as_bytes());
            let (tell, call) = call(&asked, token);
            clock.advance(*on_the_way * SECOND);
            tell.send(revoked()).unwrap();
            call.outcome().await;
            for second in 0..6 {
                let cached = asked.memory.recall(&token, asked.clock.steady()).is_some();
                assert_eq!(cached, second < *left, "{on_the_way} and {second} seconds");
                clock.advance(SECOND);
            }
        }
    }

    /// However a call ends, its place is free afterwards.
    #[test]
    fn no_call_leaves_anything_behind() {
        let asked = asked(VerdictTimes::default());
        let token = Fingerprint::of(b"ak_1");
        let run = |ends: &'static str| {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            let call = async move {
                match ends {
                    "well" => Err(TokenError::Revoked.into()),
                    "in a panic" => panic!("a test says so"),
                    _ => pending().await,
                }
            };
            let verdict = runtime.block_on(async {
                let verdict = asked.about(token, |_| Ok(call));
                let brief = if ends == "with its runtime" { Duration::ZERO } else { DEADLINE };
                let verdict = timeout(brief, verdict).await;
                yield_now().await;
                verdict
            });
            (running(&asked), verdict.is_ok(), runtime)
        };
        for (ends, left, answered) in
            [("well", 0, true), ("in a panic", 0, true), ("with its runtime", 1, false)]
        {
            let (still, verdict, runtime) = run(ends);
            assert_eq!((still, verdict), (left, answered), "{ends}");
            drop(runtime);
            assert_eq!(running(&asked), 0, "{ends}");
        }
    }
}
