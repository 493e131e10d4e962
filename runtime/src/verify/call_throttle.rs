//! When a call to one endpoint of Clerk may start: within our own rate limit, and not while Clerk asks
//! us to wait.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
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
    limit: Mutex<RateLimit>,
    /// Clerk asked us to wait until then, in milliseconds of the steady clock.
    blocked_until: AtomicU64,
}

/// Why a call may not start, and how long that lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThrottledCall {
    ByClerk(Duration),
    ByLimit(Throttled),
}

impl CallThrottle {
    pub(crate) fn new(limit: CallLimit) -> Self {
        Self { limit: Mutex::new(RateLimit::new(limit)), blocked_until: AtomicU64::new(0) }
    }

    /// Takes one call.
    pub(crate) fn start(&self, is_new_token: bool, now: Duration) -> Result<(), ThrottledCall> {
        let blocked_until = Duration::from_millis(self.blocked_until.load(Ordering::Relaxed));
        let wait = blocked_until.saturating_sub(now);
        if wait > Duration::ZERO {
            telemetry::throttled(ThrottleCause::ByClerk);
            return Err(ThrottledCall::ByClerk(wait));
        }
        let mut limit = self.limit.lock().unwrap_or_else(PoisonError::into_inner);
        limit.take(is_new_token, now).map_err(|throttled| {
            telemetry::throttled(if throttled.only_new_tokens {
                ThrottleCause::NewTokens
            } else {
                ThrottleCause::AllTokens
            });
            ThrottledCall::ByLimit(throttled)
        })
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
