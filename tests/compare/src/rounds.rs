//! Contestants in, the times of many short rounds out.
//!
//! In each round every contestant runs once, and the order turns from round to round, so whatever else the
//! machine does hits all alike. Ratios are taken inside a round.

use std::{
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Instant,
};

/// Calls that come first in each turn and do not count: they bring code and data near, as on a server that
/// does this all the time.
const WARM: usize = 20;

/// Calls that count: few, so that a turn is seldom interrupted.
const CALLS: usize = 40;

/// Calls of one turn.
pub const TURN: usize = WARM + CALLS;

/// What one contestant took in each round, in nanoseconds of one call.
pub struct Times {
    pub name: &'static str,
    rounds: Vec<f64>,
}

/// A name, and what runs for one round and says how long one call took.
pub struct Contestant<'c> {
    name: &'static str,
    run: Box<dyn FnMut() -> f64 + 'c>,
}

impl<'c> Contestant<'c> {
    pub fn new(name: &'static str, run: impl FnMut() -> f64 + 'c) -> Self {
        Self { name, run: Box::new(run) }
    }
}

/// Nanoseconds of one call, over one turn.
#[allow(clippy::cast_precision_loss)]
pub fn time<T>(mut call: impl FnMut() -> T) -> f64 {
    for _ in 0..WARM {
        black_box(call());
    }
    let start = Instant::now();
    for _ in 0..CALLS {
        black_box(call());
    }
    start.elapsed().as_nanos() as f64 / CALLS as f64
}

/// What a future gives that has nothing to wait for, without the time that a runtime takes.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for something"),
    }
}

/// The first round fills caches and does not count.
pub fn run(mut contestants: Vec<Contestant<'_>>, rounds: usize) -> Vec<Times> {
    let mut times: Vec<Times> =
        contestants.iter().map(|it| Times { name: it.name, rounds: Vec::new() }).collect();
    let count = contestants.len();
    for round in 0..=rounds {
        for turn in 0..count {
            let at = (round + turn) % count;
            let time = (contestants[at].run)();
            if round > 0 {
                times[at].rounds.push(time);
            }
        }
    }
    times
}

impl Times {
    pub fn median(&self) -> f64 {
        median(self.rounds.clone())
    }

    pub fn fastest(&self) -> f64 {
        self.rounds.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The median over the rounds of this contestant's time divided by the other's.
    pub fn ratio_to(&self, other: &Self) -> f64 {
        median(self.pairs(other).map(|(one, other)| one / other).collect())
    }

    /// The median over the rounds of what this contestant took more than the other.
    pub fn more_than(&self, other: &Self) -> f64 {
        median(self.pairs(other).map(|(one, other)| one - other).collect())
    }

    /// The median over the rounds of what this contestant took more than `base`, as a share of what
    /// `peer` took more.
    pub fn share_of(&self, peer: &Self, base: &Self) -> f64 {
        let more = self.pairs(base).map(|(one, base)| one - base);
        let peers = peer.pairs(base).map(|(peer, base)| peer - base);
        median(more.zip(peers).map(|(one, peer)| one / peer).collect())
    }

    fn pairs(&self, other: &Self) -> impl Iterator<Item = (f64, f64)> {
        self.rounds.iter().copied().zip(other.rounds.iter().copied())
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}
