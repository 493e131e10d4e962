//! How many calls may start in any ten seconds.

use std::{collections::VecDeque, time::Duration};

/// The time in which Clerk counts calls.
const WINDOW: Duration = Duration::from_secs(10);

/// How many verification calls one type of token may cause in any ten seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallLimit {
    pub(crate) calls: u32,
    /// How many of them tokens that were never approved may cause, together.
    pub(crate) for_new_tokens: u32,
}

/// The calls of the last ten seconds. It is exact: what a smoother limiter allows at once and while
/// time passes is either more than the limit in some ten seconds, or less than it in all.
#[derive(Debug)]
pub(crate) struct RateLimit {
    all: Log,
    of_new_tokens: Log,
}

/// Why a call may not start yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Throttled {
    pub(crate) wait: Duration,
    /// Whether only tokens that were never approved must wait.
    pub(crate) only_new_tokens: bool,
}

/// When the calls of the last ten seconds started.
#[derive(Debug)]
struct Log {
    limit: usize,
    window: Duration,
    starts: VecDeque<Duration>,
}

impl RateLimit {
    pub(crate) fn new(limit: CallLimit) -> Self {
        Self::in_window(limit, WINDOW)
    }

    /// Counts in another time than ten seconds.
    pub(crate) fn in_window(limit: CallLimit, window: Duration) -> Self {
        let CallLimit { calls, for_new_tokens } = limit;
        Self { all: Log::new(calls, window), of_new_tokens: Log::new(for_new_tokens, window) }
    }

    /// Takes one call, or tells how long it is until there is one. `now` never goes back.
    pub(crate) fn take(&mut self, is_new_token: bool, now: Duration) -> Result<(), Throttled> {
        self.check(is_new_token, now)?;
        self.count(is_new_token, now);
        Ok(())
    }

    /// Whether there is a call to take.
    pub(crate) fn check(&mut self, is_new_token: bool, now: Duration) -> Result<(), Throttled> {
        let wait = self.all.wait(now);
        let wait_of_new = if is_new_token { self.of_new_tokens.wait(now) } else { Duration::ZERO };
        let longest = wait.max(wait_of_new);
        if longest > Duration::ZERO {
            return Err(Throttled { wait: longest, only_new_tokens: wait.is_zero() });
        }
        Ok(())
    }

    pub(crate) fn count(&mut self, is_new_token: bool, now: Duration) {
        self.all.starts.push_back(now);
        if is_new_token {
            self.of_new_tokens.starts.push_back(now);
        }
    }
}

impl Log {
    fn new(limit: u32, window: Duration) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Self { limit, window, starts: VecDeque::new() }
    }

    /// The time until one more call may start.
    fn wait(&mut self, now: Duration) -> Duration {
        while self.starts.front().is_some_and(|start| now.saturating_sub(*start) >= self.window) {
            self.starts.pop_front();
        }
        match self.starts.front() {
            Some(start) if self.starts.len() >= self.limit => {
                (*start + self.window).saturating_sub(now)
            }
            _ => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limit(calls: u32, for_new_tokens: u32) -> RateLimit {
        RateLimit::new(CallLimit { calls, for_new_tokens })
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Whether each call at `(time, is_new_token)` starts, and the wait of those that do not.
    type Outcome = (Duration, bool, Result<(), Throttled>);

    fn play(limit: &mut RateLimit, arrivals: &[(u64, bool)]) -> Vec<Outcome> {
        let mut now = Duration::ZERO;
        let play = |(gap, is_new): &(u64, bool)| {
            now += millis(*gap);
            (now, *is_new, limit.take(*is_new, now))
        };
        arrivals.iter().map(play).collect()
    }

    /// How many calls that were allowed started in the ten seconds that end at `now`, it included.
    fn allowed(outcomes: &[Outcome], now: Duration, counts: impl Fn(bool) -> bool) -> usize {
        let is_within = |at: &Duration| now.checked_sub(*at).is_some_and(|age| age < WINDOW);
        let started =
            |(at, is_new, taken): &&Outcome| taken.is_ok() && counts(*is_new) && is_within(at);
        outcomes.iter().filter(started).count()
    }

    proptest! {
        /// Never more than the limit in any ten seconds, and never less than there is demand for.
        #[test]
        fn any_ten_seconds_hold_the_limit_and_no_call_less(
            calls in 1_u32..12,
            for_new_tokens in 1_u32..12,
            arrivals in proptest::collection::vec(
                (prop_oneof![Just(0), 0_u64..40, 0_u64..4000, 9_990_u64..10_010], any::<bool>()),
                0..200,
            ),
        ) {
            let outcomes = play(&mut limit(calls, for_new_tokens), &arrivals);
            for (index, (now, is_new, taken)) in outcomes.iter().enumerate() {
                let earlier = &outcomes[..index];
                let used = allowed(earlier, *now, |_| true);
                let used_by_new = allowed(earlier, *now, |is_new| is_new);
                let is_full = used >= calls as usize;
                let is_full_for_new = *is_new && used_by_new >= for_new_tokens as usize;
                prop_assert_eq!(taken.is_ok(), !is_full && !is_full_for_new);
                if let Err(throttled) = taken {
                    prop_assert_eq!(throttled.only_new_tokens, !is_full);
                    prop_assert!((Duration::ZERO..=WINDOW).contains(&throttled.wait));
                }
            }
        }

        /// Who comes back after the wait that was told finds a call, and not a moment earlier.
        #[test]
        fn wait_that_is_told_is_exact(
            calls in 1_u32..6,
            for_new_tokens in 1_u32..6,
            arrivals in proptest::collection::vec((0_u64..5000, any::<bool>()), 1..40),
        ) {
            for (end, (_, is_new)) in arrivals.iter().enumerate() {
                let replay = || {
                    let mut limit = limit(calls, for_new_tokens);
                    let last = play(&mut limit, &arrivals[..=end]).pop();
                    (limit, last.unwrap())
                };
                let (mut limit, (now, _, taken)) = replay();
                let Err(Throttled { wait, .. }) = taken else { continue };
                prop_assert!(limit.take(*is_new, (now + wait).saturating_sub(millis(1))).is_err());
                prop_assert!(limit.take(*is_new, now + wait).is_ok());
            }
        }
    }

    /// The page `reliability` promises what is sustained: (calls in ten seconds, each second).
    #[test]
    fn steady_demand_below_the_limit_is_never_throttled() {
        for (calls, each_second) in [(1000, 90), (1000, 100), (100, 10), (10_000, 300)] {
            let mut limit = limit(calls, calls);
            for call in 0..u64::from(each_second) * 60 {
                let now = Duration::from_secs(call) / each_second;
                assert_eq!(limit.take(call % 2 == 0, now), Ok(()), "{call} of {each_second}");
            }
        }
    }

    #[test]
    fn calls_that_have_aged_out_take_no_memory() {
        let mut limit = limit(1_000_000, 1_000_000);
        for second in 0..100 {
            for _ in 0..1000 {
                limit.take(true, Duration::from_secs(second)).unwrap();
            }
        }
        assert_eq!((limit.all.starts.len(), limit.of_new_tokens.starts.len()), (10_000, 10_000));
    }
}
