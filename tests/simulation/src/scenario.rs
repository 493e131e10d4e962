//! What is simulated: all parameters of the model.

use std::ops::Range;

use crate::{
    random::Latency,
    rate_limit::CallLimit,
    time::{MILLISECOND, Micros, SECOND},
};

#[derive(Clone)]
pub struct Settings {
    pub replicas: usize,
    pub requests_per_second: f64,
    pub opaque_share: f64,
    /// Tokens in use, and how strongly the popular ones are preferred.
    pub tokens: u32,
    pub zipf_exponent: f64,
    /// `opaque_cache` and `negative_cache_ttl`.
    pub approval_ttl: Micros,
    pub rejection_ttl: Micros,
    /// What Clerk allows for one secret key in production.
    pub limit: CallLimit,
    pub attempt_timeout: Micros,
    pub clerk: Latency,
    pub redis: Latency,
    /// What a request waits for Redis at most, in all.
    pub redis_timeout: Micros,
    /// Timeouts in a row after which a replica goes on without Redis, and the time between its attempts
    /// to connect anew, for which no request waits.
    pub breaker_timeouts: u32,
    pub breaker_pause: Micros,
    /// What a request waits for another replica's call.
    pub lease_wait: Micros,
    /// Before it, caches fill.
    pub measured: Range<Micros>,
    pub seed: u64,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Setup {
    /// Each replica believes that it has the whole limit.
    Alone,
    /// `opaque_rate_limit` is the limit divided by the number of replicas.
    AloneWithShare,
    Fleet,
}

#[derive(Clone, Default)]
pub struct Scenario {
    pub name: &'static str,
    pub redis_outage: Range<Micros>,
    pub clerk_outage: Range<Micros>,
    pub burst: Option<Burst>,
    /// When the first replica restarts, and the time from one to the next.
    pub rolling_restart: Option<(Micros, Micros)>,
    pub revocations: Option<Revocations>,
}

/// Requests with valid tokens that were not used before, beside the others.
#[derive(Clone)]
pub struct Burst {
    pub during: Range<Micros>,
    pub tokens: u32,
    pub requests_per_second: f64,
}

/// The most popular tokens are revoked, each at a random time.
#[derive(Clone)]
pub struct Revocations {
    pub during: Range<Micros>,
    pub tokens: u32,
    /// A replica calls `forget`. The message does not reach the first replica.
    pub is_forgotten: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            replicas: 500,
            requests_per_second: 50_000.0,
            opaque_share: 0.1,
            tokens: 5000,
            zipf_exponent: 1.0,
            approval_ttl: 60 * SECOND,
            rejection_ttl: 10 * SECOND,
            limit: CallLimit::new(1000),
            attempt_timeout: 2 * SECOND,
            clerk: Latency { median: 60.0, percentile_99: 400.0 },
            redis: Latency { median: 0.5, percentile_99: 3.0 },
            redis_timeout: 50 * MILLISECOND,
            breaker_timeouts: 3,
            breaker_pause: 3 * SECOND,
            lease_wait: SECOND,
            measured: 180 * SECOND..300 * SECOND,
            seed: 17,
        }
    }
}

impl Setup {
    pub const ALL: [Self; 3] = [Self::Alone, Self::AloneWithShare, Self::Fleet];

    pub fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone, whole limit each",
            Self::AloneWithShare => "alone, limit ÷ replicas",
            Self::Fleet => "fleet",
        }
    }
}

pub fn scenarios() -> Vec<Scenario> {
    let outage = 200 * SECOND..230 * SECOND;
    let restart = Some((190 * SECOND, SECOND / 5));
    let burst =
        Burst { during: 200 * SECOND..210 * SECOND, tokens: 2000, requests_per_second: 1000.0 };
    let named = |name| Scenario { name, ..Scenario::default() };
    vec![
        named("steady"),
        Scenario { burst: Some(burst), ..named("2,000 new tokens in 10 s") },
        Scenario { redis_outage: outage.clone(), ..named("Redis hangs for 30 s") },
        Scenario { clerk_outage: outage.clone(), ..named("Clerk hangs for 30 s") },
        Scenario { rolling_restart: restart, ..named("5 replicas restart a second") },
        Scenario {
            rolling_restart: restart,
            clerk_outage: outage,
            ..named("5 replicas restart a second, Clerk hangs for 30 s")
        },
    ]
}

pub fn revocations(is_forgotten: bool) -> Scenario {
    let during = 185 * SECOND..235 * SECOND;
    let revocations = Some(Revocations { during, tokens: 20, is_forgotten });
    Scenario { name: "20 tokens revoked", revocations, ..Scenario::default() }
}
