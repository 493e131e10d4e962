//! The time, as a value that is passed in: wall time for what tokens claim, steady time for ages.
//!
//! Nothing else in the crate asks the operating system for the time, so a test can hold it still.

use std::{
    sync::LazyLock,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

#[cfg(feature = "testing")]
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the steady clock shows at its start: more than any age, so that what another process made
/// before has a time too.
const BEFORE_START: Duration = Duration::from_secs(48 * 3600);

/// Milliseconds since the Unix epoch, negative before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UnixMillis(pub(crate) i64);

impl UnixMillis {
    pub(crate) fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    #[cfg(feature = "testing")]
    pub(crate) fn minus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_sub(milliseconds))
    }

    /// The time from `earlier` to this moment; none, where that is later.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same moment for users of the crate, who know `SystemTime`.
    pub(crate) fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
    }
}

impl From<SystemTime> for UnixMillis {
    fn from(time: SystemTime) -> Self {
        // A clock beyond the year 292,000,000 saturates; every token is then expired.
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
            Err(before) => {
                Self(i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms))
            }
        }
    }
}

/// Where a verifier reads the time.
#[derive(Clone, Debug, Default)]
pub(crate) enum Clock {
    #[default]
    System,
    #[cfg(feature = "testing")]
    Test(TestClock),
}

impl Clock {
    /// Whether a test sets the time, so that what is called is a test's stand-in.
    pub(crate) fn is_of_a_test(&self) -> bool {
        !matches!(self, Self::System)
    }

    /// The wall time: what `exp`, `nbf` and `iat` are compared with. It can step either way.
    pub(crate) fn now(&self) -> UnixMillis {
        match self {
            Self::System => SystemTime::now().into(),
            #[cfg(feature = "testing")]
            Self::Test(clock) => clock.state().wall.into(),
        }
    }

    /// The time since a fixed start, for ages and pauses. It never goes back.
    pub(crate) fn steady(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Self::System => BEFORE_START + START.elapsed(),
            #[cfg(feature = "testing")]
            Self::Test(clock) => clock.state().steady,
        }
    }
}

/// A clock that stands still until a test moves it. Clones show the same time.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use clerk_auth::testing::TestClock;
///
/// let clock = TestClock::at(1_800_000_000);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), UNIX_EPOCH + Duration::from_secs(1_800_000_060));
/// ```
#[cfg(feature = "testing")]
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<TestTime>>);

#[cfg(feature = "testing")]
#[derive(Debug)]
struct TestTime {
    wall: SystemTime,
    steady: Duration,
}

#[cfg(feature = "testing")]
impl TestClock {
    /// A clock that shows `unix_seconds` since the Unix epoch.
    #[must_use]
    pub fn at(unix_seconds: u64) -> Self {
        let wall = UNIX_EPOCH + Duration::from_secs(unix_seconds);
        Self(Arc::new(Mutex::new(TestTime { wall, steady: BEFORE_START })))
    }

    /// Lets `time` pass: the wall time and all ages grow by it.
    pub fn advance(&self, time: Duration) {
        let mut state = self.state();
        state.wall += time;
        state.steady += time;
    }

    /// Sets the wall time alone, as when the machine's clock is corrected. Ages do not change.
    pub fn set_wall(&self, unix_seconds: u64) {
        self.state().wall = UNIX_EPOCH + Duration::from_secs(unix_seconds);
    }

    /// The wall time that the clock shows.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.state().wall
    }

    fn state(&self) -> MutexGuard<'_, TestTime> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The whole part of a number; a cast from float to integer saturates.
#[allow(clippy::cast_possible_truncation, reason = "cutting the fraction is the purpose")]
pub(crate) fn whole(number: f64) -> i64 {
    number.trunc() as i64
}
