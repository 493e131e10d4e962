//! When a call to one endpoint of Clerk may start: within our own rate limit, and not while Clerk asks
//! us to wait.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    fleet::call_pool::{self, POOL_WINDOW},
    http_client::CallError,
    opaque::rate_limit::{CallLimit, RateLimit, Throttled},
};
use crate::{
    error::UpstreamErrorKind,
    telemetry::{self, ThrottleCause},
};

/// No answer of one call can keep us from asking again for longer, in seconds.
pub(crate) const LONGEST_BLOCK: u64 = 60;

pub(crate) struct CallThrottle {
    parts: Mutex<CallLimits>,
    /// Clerk asked us to wait until then, in milliseconds of the steady clock.
    blocked_until: AtomicU64,
}

/// The whole limit, and what this replica may take of it without asking the others.
struct CallLimits {
    whole: RateLimit,
    share: Option<RateLimit>,
}

/// Why a call may not start, and how long that lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThrottledCall {
    ByClerk(Duration),
    ByLimit(Throttled),
}

impl CallThrottle {
    /// `replicas` share the limit, if there is a fleet.
    pub(crate) fn new(limit: CallLimit, replicas: Option<u32>) -> Self {
        let share = |replicas| RateLimit::in_window(call_pool::share(limit, replicas), POOL_WINDOW);
        let parts = CallLimits { whole: RateLimit::new(limit), share: replicas.map(share) };
        Self { parts: Mutex::new(parts), blocked_until: AtomicU64::new(0) }
    }

    /// Takes one call; in a fleet, from this replica's share.
    pub(crate) fn start(&self, is_new_token: bool, now: Duration) -> Result<(), ThrottledCall> {
        self.check_block(now)?;
        let mut parts = self.parts();
        parts.whole.check(is_new_token, now).map_err(ThrottledCall::ByLimit)?;
        if let Some(share) = &mut parts.share {
            share.take(is_new_token, now).map_err(ThrottledCall::ByLimit)?;
        }
        parts.whole.count(is_new_token, now);
        Ok(())
    }

    /// Takes one call that the fleet's pool gave. It does not count against the share.
    pub(crate) fn start_from_pool(
        &self,
        is_new_token: bool,
        now: Duration,
    ) -> Result<(), ThrottledCall> {
        self.check_block(now)?;
        self.parts().whole.take(is_new_token, now).map_err(ThrottledCall::ByLimit)
    }

    fn check_block(&self, now: Duration) -> Result<(), ThrottledCall> {
        let blocked_until = Duration::from_millis(self.blocked_until.load(Ordering::Relaxed));
        let wait = blocked_until.saturating_sub(now);
        if wait > Duration::ZERO { Err(ThrottledCall::ByClerk(wait)) } else { Ok(()) }
    }

    fn parts(&self) -> MutexGuard<'_, CallLimits> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clerk blocks an endpoint for the whole instance after 429, so no call starts until then.
    pub(crate) fn obey(&self, failed: &CallError, now: Duration) {
        if let CallError::Upstream(fault) = failed
            && matches!(fault.reason, UpstreamErrorKind::Status(429))
        {
            let until = now + Duration::from_secs(fault.retry_after.min(LONGEST_BLOCK));
            let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
            self.blocked_until.fetch_max(until, Ordering::Relaxed);
        }
    }
}

impl ThrottledCall {
    /// Counts a call that is not made.
    pub(crate) fn record(&self) {
        telemetry::throttled(match self {
            Self::ByClerk(_) => ThrottleCause::ByClerk,
            Self::ByLimit(Throttled { only_new_tokens: true, .. }) => ThrottleCause::NewTokens,
            Self::ByLimit(_) => ThrottleCause::AllTokens,
        });
    }
}
