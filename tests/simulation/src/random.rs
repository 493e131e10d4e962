//! What is drawn: gaps between requests, tokens, latencies.

use std::f64::consts::TAU;

use fastrand::Rng;

use crate::time::{MILLISECOND, Micros, SECOND};

/// Tokens by popularity: the token of rank `r`, from 1 on, is drawn in proportion to `1 / r^exponent`.
pub struct Zipf {
    cumulative: Vec<f64>,
}

/// A log-normal distribution, by two of its quantiles in milliseconds.
#[derive(Clone, Copy)]
pub struct Latency {
    pub median: f64,
    pub percentile_99: f64,
}

impl Zipf {
    pub fn new(tokens: u32, exponent: f64) -> Self {
        let mut sum = 0.0;
        let weights = (1..=tokens).map(|rank| f64::from(rank).powf(-exponent));
        let cumulative = weights.map(|weight| {
            sum += weight;
            sum
        });
        Self { cumulative: cumulative.collect() }
    }

    /// A rank, from 0 on.
    pub fn draw(&self, rng: &mut Rng) -> u32 {
        let point = rng.f64() * self.cumulative[self.cumulative.len() - 1];
        self.cumulative.partition_point(|sum| *sum <= point) as u32
    }
}

impl Latency {
    pub fn draw(self, rng: &mut Rng) -> Micros {
        // The 99th percentile of the normal distribution.
        let sigma = (self.percentile_99 / self.median).ln() / 2.326;
        let normal = (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (TAU * rng.f64()).cos();
        (self.median * (sigma * normal).exp() * MILLISECOND as f64) as Micros
    }
}

/// The time to the next of so many independent requests a second.
pub fn gap(per_second: f64, rng: &mut Rng) -> f64 {
    -(1.0 - rng.f64()).ln() / per_second * SECOND as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::quantile;

    const DRAWS: usize = 200_000;

    #[test]
    fn each_rank_is_drawn_in_proportion_to_its_weight() {
        let (zipf, mut rng) = (Zipf::new(100, 1.0), Rng::with_seed(1));
        let mut counts = [0_usize; 100];
        for _ in 0..DRAWS {
            counts[zipf.draw(&mut rng) as usize] += 1;
        }
        let harmonic: f64 = (1..=100).map(|rank| 1.0 / f64::from(rank)).sum();
        for rank in [1, 2, 5, 20, 100] {
            let expected = DRAWS as f64 / harmonic / rank as f64;
            let deviation = (counts[rank - 1] as f64 - expected).abs();
            assert!(deviation < 4.0 * expected.sqrt(), "{rank}: {}", counts[rank - 1]);
        }
    }

    #[test]
    fn exponent_zero_draws_all_tokens_alike() {
        let (zipf, mut rng) = (Zipf::new(10, 0.0), Rng::with_seed(1));
        let first = (0..DRAWS).filter(|_| zipf.draw(&mut rng) == 0).count();
        assert!(first.abs_diff(DRAWS / 10) < 600, "{first}");
    }

    #[test]
    fn latency_has_the_quantiles_that_were_set() {
        let (latency, mut rng) = (Latency { median: 2.0, percentile_99: 9.0 }, Rng::with_seed(1));
        let mut values: Vec<_> = (0..DRAWS).map(|_| latency.draw(&mut rng)).collect();
        values.sort_unstable();
        assert!((quantile(&values, 0.5) - 2.0).abs() < 0.05);
        assert!((quantile(&values, 0.99) - 9.0).abs() < 0.4);
    }

    #[test]
    fn gaps_have_the_mean_of_the_rate() {
        let mut rng = Rng::with_seed(1);
        let sum: f64 = (0..DRAWS).map(|_| gap(1000.0, &mut rng)).sum();
        assert!((sum / DRAWS as f64 - 1000.0).abs() < 10.0);
    }
}
