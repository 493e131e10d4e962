//! The way of an opaque token: cache, Redis, rate limit, Clerk.

use crate::{
    clerk::Response,
    rate_limit::CallLimit,
    redis::{Cached, FlightKey, Lookup},
    scenario::Setup,
    tally::Kind,
    time::{MILLISECOND, Micros},
    world::{Event, Flight, RedisCommand, World},
};

const FIRST_PAUSE: Micros = 10 * MILLISECOND;
const LONGEST_PAUSE: Micros = 40 * MILLISECOND;
/// How much longer than a call a lease is held, so that its response can be stored.
const TIME_TO_STORE: Micros = 500 * MILLISECOND;

impl World<'_> {
    pub fn request(&mut self, key: FlightKey) {
        let now = self.now;
        self.tally.request(self.kind(key), now);
        let cached = self.replicas[key.0].cache.get(&key.1);
        if cached.is_some_and(|response| now < response.until) {
            self.tally.redis_delays.push((now, 0));
        } else if let Some(flight) = self.flights.get_mut(&key) {
            flight.arrivals.push(now);
        } else {
            let flight = Flight { arrivals: vec![now], waited_for_redis: 0, pause: FIRST_PAUSE };
            self.flights.insert(key, flight);
            self.send_to_redis(key, RedisCommand::Claim);
        }
    }

    fn kind(&self, (_, token): FlightKey) -> Kind {
        if token < self.settings.tokens { Kind::InUse } else { Kind::New }
    }

    /// One round trip, within what is left of the time for Redis.
    pub fn send_to_redis(&mut self, key: FlightKey, command: RedisCommand) {
        let is_up = self.redis.is_up(self.now);
        let replica = &mut self.replicas[key.0];
        let Some(flight) = self.flights.get_mut(&key) else { return };
        let left = self.settings.redis_timeout.saturating_sub(flight.waited_for_redis);
        let is_paused = replica.redis_paused_until > 0;
        if is_paused && is_up && self.now >= replica.redis_paused_until {
            replica.redis_paused_until = 0;
        }
        if self.setup != Setup::Fleet || replica.redis_paused_until > 0 || left == 0 {
            return self.go_on_without_redis(key, command);
        }
        self.tally.redis_commands.add(self.now);
        let latency = self.settings.redis.draw(&mut self.rng);
        if is_up && latency <= left {
            flight.waited_for_redis += latency;
            replica.redis_timeouts = 0;
            self.schedule(self.now + latency, Event::RedisReply(key, command));
        } else {
            flight.waited_for_redis += left;
            self.schedule(self.now + left, Event::RedisTimeout(key, command));
        }
    }

    pub fn redis_timeout(&mut self, key: FlightKey, command: RedisCommand) {
        let replica = &mut self.replicas[key.0];
        replica.redis_timeouts += 1;
        if replica.redis_timeouts >= self.settings.breaker_timeouts {
            replica.redis_timeouts = 0;
            replica.redis_paused_until = self.now + self.settings.breaker_pause;
        }
        self.go_on_without_redis(key, command);
    }

    fn go_on_without_redis(&mut self, key: FlightKey, command: RedisCommand) {
        match command {
            RedisCommand::Claim => self.start_call(key),
            RedisCommand::TakeCall(_) => self.finish(key, None),
        }
    }

    pub fn claim(&mut self, key: FlightKey) {
        let until = self.now + self.settings.attempt_timeout + TIME_TO_STORE;
        let Some(flight) = self.flights.get_mut(&key) else { return };
        match self.redis.claim(key, until, self.now) {
            Lookup::Response(response) => self.finish(key, Some(response)),
            Lookup::HeldByAnother if self.now < flight.arrivals[0] + self.settings.lease_wait => {
                let at = self.now + flight.pause;
                flight.pause = (flight.pause * 2).min(LONGEST_PAUSE);
                self.schedule(at, Event::Poll(key));
            }
            Lookup::Leased | Lookup::HeldByAnother => self.start_call(key),
        }
    }

    /// Calls Clerk within what this replica may spend, or with a call of the pool.
    fn start_call(&mut self, key: FlightKey) {
        let settings = self.settings;
        let limit = match self.setup {
            Setup::Alone => settings.limit,
            Setup::AloneWithShare => CallLimit::new(settings.limit.calls / settings.replicas),
            Setup::Fleet => settings.limit.share(settings.replicas),
        };
        let replica = &mut self.replicas[key.0];
        let was_approved = replica.cache.get(&key.1).is_some_and(|it| it.is_approved)
            || self.setup == Setup::Fleet
                && self.redis.is_up(self.now)
                && self.redis.was_approved(key.1, self.now);
        if self.now < replica.blocked_by_clerk_until {
            self.finish(key, None);
        } else if replica.log.take(limit, !was_approved, self.now) {
            self.call(key);
        } else if self.setup == Setup::Fleet {
            self.send_to_redis(key, RedisCommand::TakeCall(!was_approved));
        } else {
            self.finish(key, None);
        }
    }

    pub fn take_call(&mut self, key: FlightKey, is_new: bool) {
        let pool = self.settings.limit.pool(self.settings.replicas);
        if self.redis.pool.take(pool, is_new, self.now) {
            self.call(key);
        } else {
            self.finish(key, None);
        }
    }

    fn call(&mut self, key: FlightKey) {
        self.tally.calls.push(self.now);
        let response = self.clerk.call(key.1, self.now);
        let latency = self.settings.clerk.draw(&mut self.rng);
        let latency = match response {
            Response::Timeout => self.settings.attempt_timeout,
            _ => latency.min(self.settings.attempt_timeout),
        };
        self.schedule(self.now + latency, Event::Respond(key, self.now, response));
    }

    pub fn respond(&mut self, key: FlightKey, asked_at: Micros, response: Response) {
        let settings = self.settings;
        let verdict = match response {
            Response::Verdict(is_approved) => {
                let ttl = if is_approved { settings.approval_ttl } else { settings.rejection_ttl };
                Some(Cached { is_approved, asked_at, until: asked_at + ttl })
            }
            Response::TooManyRequests(wait) => {
                self.replicas[key.0].blocked_by_clerk_until = self.now + wait;
                self.tally.too_many_requests.add(asked_at);
                None
            }
            Response::Timeout => None,
        };
        if let Some(verdict) =
            verdict.filter(|_| self.setup == Setup::Fleet && self.redis.is_up(self.now))
        {
            self.redis.store(key.1, verdict);
        }
        self.finish(key, verdict);
    }

    /// Ends a flight: with 503 for its requests, if there is no response about the token.
    fn finish(&mut self, key: FlightKey, response: Option<Cached>) {
        let (replica, token) = key;
        if self.setup == Setup::Fleet && self.redis.is_up(self.now) && self.redis.release(key) {
            self.tally.redis_commands.add(self.now);
        }
        let forgotten_at = self.replicas[replica].forgotten.get(&token);
        if response.is_some_and(|it| forgotten_at.is_some_and(|at| it.asked_at <= *at)) {
            return self.send_to_redis(key, RedisCommand::Claim);
        }
        let Some(flight) = self.flights.remove(&key) else { return };
        for at in flight.arrivals {
            self.tally.redis_delays.push((at, flight.waited_for_redis.min(self.now - at)));
            if response.is_none() {
                self.tally.unavailable(self.kind(key), at);
            }
        }
        if let Some(response) = response {
            self.replicas[replica].cache.insert(token, response);
            if response.is_approved {
                self.tally.accepted_until(token, replica, response.until);
            }
        }
    }
}
