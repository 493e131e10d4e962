//! A stand-in for Clerk's endpoint that verifies tokens of one type.

use std::{collections::HashSet, ops::Range};

use crate::{
    rate_limit::{CallLimit, CallLog, WINDOW},
    time::{Micros, SECOND},
};

pub struct ClerkApi {
    limit: CallLimit,
    outage: Range<Micros>,
    revoked: HashSet<u32>,
    log: CallLog,
    blocked_until: Micros,
}

pub enum Response {
    /// Whether the token was valid at the start of the call.
    Verdict(bool),
    /// 429, with the time to wait.
    TooManyRequests(Micros),
    Timeout,
}

impl ClerkApi {
    pub fn new(limit: CallLimit, outage: Range<Micros>) -> Self {
        let (revoked, log) = (HashSet::new(), CallLog::new(WINDOW));
        Self { limit, outage, revoked, log, blocked_until: 0 }
    }

    pub fn is_up(&self, now: Micros) -> bool {
        !self.outage.contains(&now)
    }

    pub fn revoke(&mut self, token: u32) {
        self.revoked.insert(token);
    }

    /// Beyond the limit, all calls get 429 until the time in `Retry-After`, in whole seconds.
    pub fn call(&mut self, token: u32, now: Micros) -> Response {
        if !self.is_up(now) {
            return Response::Timeout;
        }
        if now >= self.blocked_until && !self.log.take(self.limit, false, now) {
            self.blocked_until = now + self.log.wait(now).div_ceil(SECOND) * SECOND;
        }
        if now < self.blocked_until {
            let wait = (self.blocked_until - now).div_ceil(SECOND) * SECOND;
            return Response::TooManyRequests(wait);
        }
        Response::Verdict(!self.revoked.contains(&token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_over_the_limit_blocks_until_retry_after() {
        let mut clerk = ClerkApi::new(CallLimit::new(2), 0..0);
        let mut is_served = |now| matches!(clerk.call(0, now), Response::Verdict(true));
        assert!(is_served(0) && is_served(SECOND));
        assert!(!is_served(SECOND + 1));
        assert!(!is_served(10 * SECOND));
        assert!(is_served(10 * SECOND + 1));
    }
}
