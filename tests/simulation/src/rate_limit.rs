//! How many calls may start in any ten seconds: a log of their starts, as the library and Clerk keep it.
//! In a fleet, half of a limit is split into shares, and the other half is a pool.

use std::collections::VecDeque;

use crate::time::{MILLISECOND, Micros, SECOND};

pub const WINDOW: Micros = 10 * SECOND;
/// The window of shares and pool: the library leaves time for calls that are slow to arrive at Clerk.
pub const POOL_WINDOW: Micros = WINDOW + 250 * MILLISECOND;

#[derive(Clone, Copy)]
pub struct CallLimit {
    pub calls: usize,
    /// How many of them tokens that were never approved may cause, together.
    pub for_new_tokens: usize,
}

/// When the calls of a window started.
pub struct CallLog {
    window: Micros,
    all: VecDeque<Micros>,
    of_new_tokens: VecDeque<Micros>,
}

impl CallLimit {
    pub fn new(calls: usize) -> Self {
        Self { calls, for_new_tokens: calls.div_ceil(2) }
    }

    /// What one of so many replicas may spend without asking: one call at least.
    pub fn share(self, replicas: usize) -> Self {
        let part = |calls: usize| (calls / 2 / replicas).max(1);
        Self { calls: part(self.calls), for_new_tokens: part(self.for_new_tokens) }
    }

    /// What the shares leave of the limit.
    pub fn pool(self, replicas: usize) -> Self {
        let share = self.share(replicas);
        let rest = |calls: usize, share: usize| calls.saturating_sub(share * replicas);
        Self {
            calls: rest(self.calls, share.calls),
            for_new_tokens: rest(self.for_new_tokens, share.for_new_tokens),
        }
    }
}

impl CallLog {
    pub fn new(window: Micros) -> Self {
        Self { window, all: VecDeque::new(), of_new_tokens: VecDeque::new() }
    }

    /// Counts a call if the limit allows it.
    pub fn take(&mut self, limit: CallLimit, is_new: bool, now: Micros) -> bool {
        for starts in [&mut self.all, &mut self.of_new_tokens] {
            while starts.front().is_some_and(|start| start + self.window <= now) {
                starts.pop_front();
            }
        }
        let is_full = self.all.len() >= limit.calls
            || is_new && self.of_new_tokens.len() >= limit.for_new_tokens;
        if is_full {
            return false;
        }
        self.all.push_back(now);
        if is_new {
            self.of_new_tokens.push_back(now);
        }
        true
    }

    /// The time until the oldest call no longer counts.
    pub fn wait(&self, now: Micros) -> Micros {
        self.all.front().map_or(0, |start| (start + self.window).saturating_sub(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::most_in_ten_seconds;

    /// Random arrivals, some in bursts: (calls, calls of new tokens).
    #[test]
    fn any_ten_seconds_hold_the_limit() {
        let mut rng = fastrand::Rng::with_seed(1);
        for (calls, for_new_tokens) in [(1, 1), (2, 1), (7, 3), (100, 50)] {
            let (mut log, mut now) = (CallLog::new(WINDOW), 0);
            let (mut all, mut of_new_tokens) = (Vec::new(), Vec::new());
            for _ in 0..20_000 {
                now += [0, rng.u64(..1000), rng.u64(..SECOND)][rng.usize(..3)];
                let is_new = rng.bool();
                if log.take(CallLimit { calls, for_new_tokens }, is_new, now) {
                    all.push(now);
                    of_new_tokens.extend(is_new.then_some(now));
                }
            }
            assert_eq!(most_in_ten_seconds(&all), calls);
            assert_eq!(most_in_ten_seconds(&of_new_tokens), for_new_tokens);
        }
    }

    #[test]
    fn shares_and_pool_together_are_the_limit() {
        for replicas in [1, 3, 20, 500] {
            let limit = CallLimit::new(1000);
            let (share, pool) = (limit.share(replicas), limit.pool(replicas));
            assert_eq!(share.calls * replicas + pool.calls, limit.calls);
            let of_new_tokens = share.for_new_tokens * replicas + pool.for_new_tokens;
            assert_eq!(of_new_tokens, limit.for_new_tokens);
        }
    }

    #[test]
    fn call_is_allowed_again_after_exactly_ten_seconds() {
        let (mut log, limit) = (CallLog::new(WINDOW), CallLimit::new(1));
        assert!(log.take(limit, true, 5));
        assert!(!log.take(limit, true, WINDOW + 4));
        assert_eq!(log.wait(WINDOW + 4), 1);
        assert!(log.take(limit, true, WINDOW + 5));
    }
}
