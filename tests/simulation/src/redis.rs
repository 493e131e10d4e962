//! What replicas share: responses, leases of calls, the log of calls. Each method is one script.

use std::{collections::HashMap, ops::Range};

use crate::{
    rate_limit::{CallLog, POOL_WINDOW},
    time::{Micros, SECOND},
};

/// How long an approval is stored behind its end, to tell that the token is not a new one.
const APPROVAL_KEPT: Micros = 60 * SECOND;

/// A replica and a token: at most one verification runs for both.
pub type FlightKey = (usize, u32);

#[derive(Clone, Copy)]
pub struct Cached {
    pub is_approved: bool,
    pub asked_at: Micros,
    pub until: Micros,
}

pub struct Redis {
    outage: Range<Micros>,
    pub pool: CallLog,
    responses: HashMap<u32, Cached>,
    /// Who has the lease of a token, and until when.
    leases: HashMap<u32, (usize, Micros)>,
    tombstones: HashMap<u32, Micros>,
}

pub enum Lookup {
    Response(Cached),
    Leased,
    HeldByAnother,
}

impl Redis {
    pub fn new(outage: Range<Micros>) -> Self {
        Self {
            outage,
            pool: CallLog::new(POOL_WINDOW),
            responses: HashMap::new(),
            leases: HashMap::new(),
            tombstones: HashMap::new(),
        }
    }

    pub fn is_up(&self, now: Micros) -> bool {
        !self.outage.contains(&now)
    }

    /// Whether Clerk approved the token when it was last called about it, as far as is stored.
    pub fn was_approved(&self, token: u32, now: Micros) -> bool {
        let is_kept = |it: &Cached| it.is_approved && now < it.until + APPROVAL_KEPT;
        self.responses.get(&token).is_some_and(is_kept)
    }

    pub fn response(&self, token: u32, now: Micros) -> Option<Cached> {
        self.responses.get(&token).copied().filter(|it| now < it.until)
    }

    /// Finds a response, or takes the lease until then.
    pub fn claim(&mut self, (replica, token): FlightKey, until: Micros, now: Micros) -> Lookup {
        if let Some(response) = self.response(token, now) {
            return Lookup::Response(response);
        }
        if self.leases.get(&token).is_some_and(|(_, until)| now < *until) {
            return Lookup::HeldByAnother;
        }
        self.leases.insert(token, (replica, until));
        Lookup::Leased
    }

    /// Gives a lease back, and tells whether there was one.
    pub fn release(&mut self, (replica, token): FlightKey) -> bool {
        let is_held = self.leases.get(&token).is_some_and(|(holder, _)| *holder == replica);
        if is_held {
            self.leases.remove(&token);
        }
        is_held
    }

    /// Stores a response, unless the token was forgotten after the start of the call.
    pub fn store(&mut self, token: u32, response: Cached) {
        if self.tombstones.get(&token).is_some_and(|at| response.asked_at <= *at) {
            return;
        }
        self.responses.insert(token, response);
    }

    pub fn forget(&mut self, token: u32, now: Micros) {
        self.responses.remove(&token);
        self.tombstones.insert(token, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPROVED: Cached = Cached { is_approved: true, asked_at: 5, until: 50 };

    #[test]
    fn lease_has_one_holder_until_it_is_released_or_ends() {
        let mut redis = Redis::new(0..0);
        let leased =
            |redis: &mut Redis, key, now| matches!(redis.claim(key, now + 20, now), Lookup::Leased);
        assert!(leased(&mut redis, (1, 7), 0));
        assert!(!leased(&mut redis, (2, 7), 19));
        assert!(leased(&mut redis, (3, 8), 19));
        assert!(leased(&mut redis, (4, 7), 20));
        redis.release((1, 7));
        assert!(!leased(&mut redis, (2, 7), 21));
        redis.release((4, 7));
        assert!(leased(&mut redis, (2, 7), 22));
    }

    #[test]
    fn approval_tells_for_a_minute_behind_its_end_that_the_token_is_not_new() {
        let mut redis = Redis::new(0..0);
        redis.store(7, APPROVED);
        assert!(redis.was_approved(7, 49 + APPROVAL_KEPT));
        assert!(!redis.was_approved(7, 50 + APPROVAL_KEPT) && !redis.was_approved(8, 10));
        redis.store(7, Cached { is_approved: false, ..APPROVED });
        assert!(!redis.was_approved(7, 10));
    }

    #[test]
    fn response_asked_for_before_forget_is_not_stored() {
        let mut redis = Redis::new(0..0);
        redis.store(7, APPROVED);
        assert!(redis.response(7, 49).is_some() && redis.response(7, 50).is_none());
        redis.forget(7, 9);
        assert!(redis.response(7, 10).is_none());
        redis.store(7, APPROVED);
        assert!(redis.response(7, 10).is_none());
        redis.store(7, Cached { asked_at: 10, ..APPROVED });
        assert!(redis.response(7, 10).is_some());
    }
}
