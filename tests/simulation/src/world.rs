//! One run: events and requests in virtual time.

use std::collections::{BTreeMap, HashMap};

use fastrand::Rng;

use crate::{
    clerk::{ClerkApi, Response},
    random::{Zipf, gap},
    rate_limit::{CallLog, POOL_WINDOW, WINDOW},
    redis::{Cached, FlightKey, Redis},
    scenario::{Scenario, Settings, Setup},
    tally::{Kind, Tally},
    time::{Micros, SECOND},
};

pub struct World<'s> {
    pub settings: &'s Settings,
    pub scenario: &'s Scenario,
    pub setup: Setup,
    pub now: Micros,
    events: BTreeMap<(Micros, u64), Event>,
    scheduled: u64,
    /// For all but the usual requests, which are the same in each set-up.
    pub rng: Rng,
    pub replicas: Vec<Replica>,
    pub flights: HashMap<FlightKey, Flight>,
    pub clerk: ClerkApi,
    pub redis: Redis,
    pub tally: Tally,
}

pub struct Replica {
    pub has_keys: bool,
    pub cache: HashMap<u32, Cached>,
    /// For each token, when `forget` was called.
    pub forgotten: HashMap<u32, Micros>,
    /// Calls of this replica, without those of the pool.
    pub log: CallLog,
    pub blocked_by_clerk_until: Micros,
    pub redis_timeouts: u32,
    pub redis_paused_until: Micros,
}

/// One verification, which all requests of a replica with this token share.
pub struct Flight {
    pub arrivals: Vec<Micros>,
    pub waited_for_redis: Micros,
    /// The time to the next look whether another replica's call has ended.
    pub pause: Micros,
}

#[derive(Clone, Copy)]
pub enum RedisCommand {
    Claim,
    /// From the pool, for a new token or another.
    TakeCall(bool),
}

pub enum Event {
    RequestWithNewToken,
    Restart(usize),
    Revoke(u32),
    /// The message about a token that was forgotten then.
    Forget(FlightKey, Micros),
    Poll(FlightKey),
    RedisReply(FlightKey, RedisCommand),
    RedisTimeout(FlightKey, RedisCommand),
    Respond(FlightKey, Micros, Response),
}

/// Runs a scenario. The same settings give the same tally.
pub fn run(settings: &Settings, scenario: &Scenario, setup: Setup) -> Tally {
    let with_keys = || Replica { has_keys: true, ..Replica::starting(setup) };
    let mut world = World {
        settings,
        scenario,
        setup,
        now: 0,
        events: BTreeMap::new(),
        scheduled: 0,
        rng: Rng::with_seed(settings.seed + 1),
        replicas: std::iter::repeat_with(with_keys).take(settings.replicas).collect(),
        flights: HashMap::new(),
        clerk: ClerkApi::new(settings.limit, scenario.clerk_outage.clone()),
        redis: Redis::new(scenario.redis_outage.clone()),
        tally: Tally::new(settings.measured.clone()),
    };
    world.schedule_scenario();
    world.run();
    world.tally
}

impl Replica {
    fn starting(setup: Setup) -> Self {
        Self {
            has_keys: false,
            cache: HashMap::new(),
            forgotten: HashMap::new(),
            log: CallLog::new(if setup == Setup::Fleet { POOL_WINDOW } else { WINDOW }),
            blocked_by_clerk_until: 0,
            redis_timeouts: 0,
            redis_paused_until: 0,
        }
    }
}

impl World<'_> {
    fn schedule_scenario(&mut self) {
        if let Some(burst) = &self.scenario.burst {
            self.schedule(burst.during.start, Event::RequestWithNewToken);
        }
        if let Some((start, pause)) = self.scenario.rolling_restart {
            for replica in 0..self.replicas.len() {
                self.schedule(start + replica as Micros * pause, Event::Restart(replica));
            }
        }
        if let Some(revocations) = &self.scenario.revocations {
            for token in 0..revocations.tokens {
                let at = self.rng.u64(revocations.during.clone());
                self.schedule(at, Event::Revoke(token));
            }
        }
    }

    pub fn schedule(&mut self, at: Micros, event: Event) {
        self.scheduled += 1;
        self.events.insert((at, self.scheduled), event);
    }

    fn run(&mut self) {
        let mut traffic = Rng::with_seed(self.settings.seed);
        let zipf = Zipf::new(self.settings.tokens, self.settings.zipf_exponent);
        let mut arrival = 0.0;
        // The last requests that are measured have their responses by then.
        let end = self.settings.measured.end + 5 * SECOND;
        while self.now < end {
            arrival += gap(self.settings.requests_per_second, &mut traffic);
            let at = arrival as Micros;
            while let Some(next) = self.events.first_entry().filter(|it| it.key().0 <= at) {
                self.now = next.key().0;
                let event = next.remove();
                self.handle(event);
            }
            self.now = at;
            let replica = traffic.usize(..self.replicas.len());
            if traffic.f64() < self.settings.opaque_share {
                self.request((replica, zipf.draw(&mut traffic)));
            } else {
                self.request_with_jwt(replica);
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::RequestWithNewToken => self.request_with_new_token(),
            Event::Restart(replica) => {
                self.replicas[replica] = Replica::starting(self.setup);
            }
            Event::Revoke(token) => self.revoke(token),
            Event::Forget((replica, token), at) => {
                self.replicas[replica].cache.remove(&token);
                self.replicas[replica].forgotten.insert(token, at);
                self.tally.accepted_until(token, replica, self.now);
            }
            Event::Poll(key) => self.send_to_redis(key, RedisCommand::Claim),
            Event::RedisReply(key, RedisCommand::Claim) => self.claim(key),
            Event::RedisReply(key, RedisCommand::TakeCall(is_new)) => self.take_call(key, is_new),
            Event::RedisTimeout(key, command) => self.redis_timeout(key, command),
            Event::Respond(key, asked_at, response) => self.respond(key, asked_at, response),
        }
    }

    /// A replica without keys loads them while the request waits, from Redis or Clerk.
    fn request_with_jwt(&mut self, replica: usize) {
        let can_load =
            self.clerk.is_up(self.now) || self.setup == Setup::Fleet && self.redis.is_up(self.now);
        self.replicas[replica].has_keys |= can_load;
        self.tally.request(Kind::Jwt, self.now);
        if !self.replicas[replica].has_keys {
            self.tally.unavailable(Kind::Jwt, self.now);
        }
    }

    fn request_with_new_token(&mut self) {
        let Some(burst) = &self.scenario.burst else { return };
        let next = self.now + gap(burst.requests_per_second, &mut self.rng) as Micros;
        if burst.during.contains(&next) {
            self.schedule(next, Event::RequestWithNewToken);
        }
        let token = self.settings.tokens + self.rng.u32(..burst.tokens);
        let replica = self.rng.usize(..self.replicas.len());
        self.request((replica, token));
    }

    fn revoke(&mut self, token: u32) {
        self.clerk.revoke(token);
        let is_fleet = self.setup == Setup::Fleet;
        let shared = is_fleet.then(|| self.redis.response(token, self.now)).flatten();
        let accepted_until = self.replicas.iter().map(|replica| {
            let responses = replica.cache.get(&token).copied().into_iter().chain(shared);
            let approvals = responses.filter(|it| it.is_approved).map(|it| it.until);
            approvals.chain([self.now]).max().unwrap_or(self.now)
        });
        self.tally.revoked(token, self.now, accepted_until.collect());
        let is_forgotten = self.scenario.revocations.as_ref().is_some_and(|it| it.is_forgotten);
        if is_fleet && is_forgotten {
            self.redis.forget(token, self.now);
            for replica in 1..self.replicas.len() {
                let at = self.now + self.settings.redis.draw(&mut self.rng);
                self.schedule(at, Event::Forget((replica, token), self.now));
            }
        }
    }
}
