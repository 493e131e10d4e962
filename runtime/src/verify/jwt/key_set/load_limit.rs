//! A moment in, whether one more call to Clerk may start out.

use std::time::Duration;

/// Calls that may start at once, and how fast used ones come back: the generic cell rate
/// algorithm, which needs one number and no queue.
#[derive(Debug)]
pub(crate) struct LoadLimit {
    /// One call comes back in this time.
    interval: Duration,
    /// How long the calls of a full budget take to come back, but for the one that is started.
    slack: Duration,
    /// When all used calls will have come back.
    full_at: Duration,
}

impl LoadLimit {
    /// `burst` calls at once, and one more after each `interval`.
    pub(crate) fn new(burst: u32, interval: Duration) -> Self {
        let slack = interval.saturating_mul(burst.saturating_sub(1));
        Self { interval, slack, full_at: Duration::ZERO }
    }

    /// Takes one call, or tells how long it is until there is one. `now` never goes back.
    pub(crate) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let full_at = self.full_at.max(now);
        let wait = full_at.saturating_sub(now).saturating_sub(self.slack);
        if wait > Duration::ZERO {
            return Err(wait);
        }
        self.full_at = full_at + self.interval;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_followed_by_one_call_in_each_interval() {
        let second = Duration::from_secs(1);
        let mut limit = LoadLimit::new(3, 10 * second);
        let mut taken = |at: u32| limit.take(at * second).map_err(|wait| wait.as_secs());
        // Seconds, and either the call or the seconds to wait.
        let table = [
            (5, Ok(())),
            (5, Ok(())),
            (6, Ok(())),
            (6, Err(9)),
            (14, Err(1)),
            (15, Ok(())),
            (15, Err(10)),
            (35, Ok(())),
            (35, Ok(())),
            (35, Err(10)),
            (1000, Ok(())),
            (1000, Ok(())),
            (1000, Ok(())),
            (1000, Err(10)),
        ];
        for (at, expected) in table {
            assert_eq!(taken(at), expected, "second {at}");
        }
    }

    #[test]
    fn in_no_ten_seconds_more_calls_start_than_twice_the_burst() {
        let mut limit = LoadLimit::new(50, Duration::from_millis(200));
        let starts: Vec<u64> =
            (0..60_000).filter(|at| limit.take(Duration::from_millis(*at)).is_ok()).collect();
        let most = starts
            .iter()
            .map(|from| starts.iter().filter(|at| (*from..from + 10_000).contains(at)).count());
        assert!(most.max().is_some_and(|most| (99..=100).contains(&most)));
    }
}
