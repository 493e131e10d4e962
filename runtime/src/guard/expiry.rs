//! A future that completes when a token expires.
//!
//! A guard checks a token once, at the start of a request. Longer responses wait here.

use std::{
    future::{Future, pending},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

use crate::{
    clock::{Clock, UnixMillis},
    verify::is_expired,
};

/// A timer may not count the time that a machine sleeps, so the clock is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Ready at `end`, from which the token is rejected, by the clock or by a timer, whichever is
/// first: a clock that is set back gives no more time. Never ready without an end.
pub(crate) fn expired(
    clock: Clock,
    end: Option<UnixMillis>,
) -> impl Future<Output = ()> + Send + 'static {
    // Not at the first poll: the clock could be set back until then.
    let deadline = end.and_then(|end| Instant::now().checked_add(end.since(clock.now())));
    async move {
        let Some(end) = end else { return pending().await };
        while !is_expired(Some(end), clock.now())
            && deadline.is_none_or(|deadline| Instant::now() < deadline)
        {
            let look_again = Instant::now() + LOOK_AGAIN;
            sleep_until(deadline.map_or(look_again, |deadline| deadline.min(look_again))).await;
        }
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::{pin::Pin, task::Context};

    use tokio::time::advance;

    use super::*;
    use crate::testing::TestClock;

    const START: u64 = 1_800_000_000;
    const HOUR: u64 = 3600;

    /// Seconds until a token ends that lives an hour, where `change` happens to the clock after
    /// ten minutes.
    async fn ends_after(change: impl FnOnce(&TestClock) + Send + 'static) -> u64 {
        let wall = TestClock::at(START);
        let end = UnixMillis::from(wall.now()).plus(3_600_000);
        let (clock, start) = (Clock::Test(wall.clone()), Instant::now());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(600)).await;
            change(&wall);
        });
        expired(clock, Some(end)).await;
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_steps_ahead_ends_the_token_within_a_minute() {
        let ended_after = ends_after(|clock| clock.set_wall(START + HOUR)).await;
        assert!((600..=660).contains(&ended_after), "{ended_after}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_stands_still_or_is_set_back_gives_no_more_time() {
        assert_eq!(ends_after(|_| ()).await, HOUR);
        assert_eq!(ends_after(|clock| clock.set_wall(START - 10 * HOUR)).await, HOUR);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_back_before_anybody_waits_gives_no_more_time() {
        let (wall, start) = (TestClock::at(START), Instant::now());
        let end = UnixMillis::from(wall.now()).plus(3_600_000);
        let ended = expired(Clock::Test(wall.clone()), Some(end));
        advance(Duration::from_secs(600)).await;
        wall.set_wall(START - 10 * HOUR);
        ended.await;
        assert_eq!(start.elapsed().as_secs(), HOUR);
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_beyond_what_a_timer_can_hold_is_only_looked_at() {
        let clock = TestClock::at(START);
        let mut ended = Box::pin(expired(Clock::Test(clock.clone()), Some(UnixMillis(i64::MAX))));
        let poll = |ended: &mut Pin<Box<_>>| {
            let mut context = Context::from_waker(std::task::Waker::noop());
            Future::poll(Pin::as_mut(ended), &mut context)
        };
        assert!(poll(&mut ended).is_pending());
        advance(Duration::from_secs(1_000_000)).await;
        assert!(poll(&mut ended).is_pending());
    }
}
