//! What one run counts.

use std::{collections::BTreeMap, ops::Range};

use crate::time::{Micros, SECOND, most_in_ten_seconds, quantile};

/// Counts, second by second.
#[derive(Clone, Default)]
pub struct Series(Vec<usize>);

#[derive(Clone, Copy)]
pub enum Kind {
    Jwt,
    /// An opaque token that was in use before.
    InUse,
    /// An opaque token of a burst.
    New,
}

pub struct Tally {
    measured: Range<Micros>,
    pub calls: Vec<Micros>,
    pub too_many_requests: Series,
    pub redis_commands: Series,
    /// When a request with an opaque token came, and how long it waited for Redis.
    pub redis_delays: Vec<(Micros, Micros)>,
    requests: [Series; 3],
    unavailable: [Series; 3],
    revocations: BTreeMap<u32, Revocation>,
}

struct Revocation {
    at: Micros,
    /// Until when each replica accepts the token.
    accepted_until: Vec<Micros>,
}

impl Series {
    pub fn add(&mut self, at: Micros) {
        let second = (at / SECOND) as usize;
        self.0.resize(self.0.len().max(second + 1), 0);
        self.0[second] += 1;
    }

    pub fn sum(&self, during: &Range<Micros>) -> usize {
        let seconds = (during.start / SECOND) as usize..(during.end / SECOND) as usize;
        self.0.iter().take(seconds.end).skip(seconds.start).sum()
    }
}

impl Tally {
    pub fn new(measured: Range<Micros>) -> Self {
        Self {
            measured,
            calls: Vec::new(),
            too_many_requests: Series::default(),
            redis_commands: Series::default(),
            redis_delays: Vec::new(),
            requests: Default::default(),
            unavailable: Default::default(),
            revocations: BTreeMap::new(),
        }
    }

    pub fn request(&mut self, kind: Kind, at: Micros) {
        self.requests[kind as usize].add(at);
    }

    /// The request that came then got 503.
    pub fn unavailable(&mut self, kind: Kind, at: Micros) {
        self.unavailable[kind as usize].add(at);
    }

    pub fn revoked(&mut self, token: u32, at: Micros, accepted_until: Vec<Micros>) {
        self.revocations.insert(token, Revocation { at, accepted_until });
    }

    /// Notes until when the replica accepts the token, if it is revoked.
    pub fn accepted_until(&mut self, token: u32, replica: usize, until: Micros) {
        if let Some(revocation) = self.revocations.get_mut(&token) {
            revocation.accepted_until[replica] = until.max(revocation.at);
        }
    }

    fn calls_measured(&self) -> &[Micros] {
        let place = |time| self.calls.partition_point(|at| *at < time);
        &self.calls[place(self.measured.start)..place(self.measured.end)]
    }

    pub fn calls_per_second(&self) -> f64 {
        self.calls_measured().len() as f64 / self.seconds()
    }

    pub fn most_calls(&self) -> usize {
        most_in_ten_seconds(self.calls_measured())
    }

    pub fn per_second(&self, series: &Series) -> f64 {
        series.sum(&self.measured) as f64 / self.seconds()
    }

    fn seconds(&self) -> f64 {
        (self.measured.end - self.measured.start) as f64 / SECOND as f64
    }

    /// The percentage of the requests of that time that got 503.
    pub fn unavailable_during(&self, kind: Kind, during: &Range<Micros>) -> f64 {
        let [unavailable, requests] =
            [&self.unavailable, &self.requests].map(|it| it[kind as usize].sum(during));
        unavailable as f64 / requests.max(1) as f64 * 100.0
    }

    pub fn unavailable_in_all(&self, kind: Kind) -> f64 {
        self.unavailable_during(kind, &self.measured)
    }

    /// The same in the worst ten whole seconds.
    pub fn most_unavailable(&self, kind: Kind) -> f64 {
        let starts = (self.measured.start..=self.measured.end - 10 * SECOND).step_by(1_000_000);
        let shares = starts.map(|at| self.unavailable_during(kind, &(at..at + 10 * SECOND)));
        shares.fold(0.0, f64::max)
    }

    /// Median, 99 % and maximum over all requests with opaque tokens, in milliseconds.
    pub fn redis_delay_quantiles(&self) -> [f64; 3] {
        let measured = self.redis_delays.iter().filter(|(at, _)| self.measured.contains(at));
        quantiles(measured.map(|(_, delay)| *delay).collect())
    }

    /// How long each replica went on to accept each revoked token.
    pub fn staleness(&self) -> Vec<Micros> {
        let of_replicas = |it: &Revocation| {
            it.accepted_until.iter().map(|until| until - it.at).collect::<Vec<_>>()
        };
        self.revocations.values().flat_map(of_replicas).collect()
    }
}

/// Median, 99 % and maximum, in milliseconds.
pub fn quantiles(mut values: Vec<Micros>) -> [f64; 3] {
    values.sort_unstable();
    [0.5, 0.99, 1.0].map(|share| quantile(&values, share))
}
