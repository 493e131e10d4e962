//! Virtual time, and what is computed from times.

/// Virtual time in microseconds.
pub type Micros = u64;

pub const MILLISECOND: Micros = 1000;
pub const SECOND: Micros = 1_000_000;

/// How many of these ascending times the fullest ten seconds hold.
pub fn most_in_ten_seconds(times: &[Micros]) -> usize {
    let mut first = 0;
    let count = |(last, time): (usize, &Micros)| {
        while times[first] + 10 * SECOND <= *time {
            first += 1;
        }
        last + 1 - first
    };
    times.iter().enumerate().map(count).max().unwrap_or(0)
}

/// The value that this share of the values does not exceed, in milliseconds.
pub fn quantile(sorted: &[Micros], share: f64) -> f64 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    let value = sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0);
    value as f64 / MILLISECOND as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fullest_ten_seconds_exclude_their_end() {
        for (seconds, most) in
            [(&[][..], 0), (&[3], 1), (&[0, 10], 1), (&[0, 9, 10, 19], 2), (&[0, 1, 9, 30], 3)]
        {
            let times: Vec<_> = seconds.iter().map(|second| second * SECOND).collect();
            assert_eq!(most_in_ten_seconds(&times), most, "{seconds:?}");
        }
    }

    #[test]
    fn quantile_is_the_smallest_value_that_covers_the_share() {
        let values: Vec<_> = (1..=100).map(|value| value * MILLISECOND).collect();
        let quantiles = [0.5, 0.99, 1.0].map(|share| quantile(&values, share));
        assert_eq!(quantiles, [50.0, 99.0, 100.0]);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
