//! The calls that replicas share: a part of each rate limit.
//!
//! Half of a limit is split into shares, one for each replica, and the other half is the pool. A
//! replica spends its share without asking, so a store that always says no cannot take it. Shares
//! and pool together are the limit, so a store that counts right never lets more calls start.

use std::time::Duration;

use super::store::PoolLimit;
use crate::verify::opaque::rate_limit::CallLimit;

/// In this time, calls of shares and pool are counted: ten seconds, and a quarter for what calls differ
/// in on their way to Clerk.
pub(crate) const POOL_WINDOW: Duration = Duration::from_millis(10_250);

/// The share of one of so many replicas: one call at least, so there are at most as many replicas as
/// calls about new tokens.
pub(crate) fn share(limit: CallLimit, replicas: u32) -> CallLimit {
    let part = |calls: u32| (calls / 2 / replicas.max(1)).max(1);
    CallLimit { calls: part(limit.calls), for_new_tokens: part(limit.for_new_tokens) }
}

/// What all shares leave of the limit.
pub(crate) fn pool(limit: CallLimit, replicas: u32, is_new_token: bool) -> PoolLimit {
    let share = share(limit, replicas);
    let rest = |calls: u32, share: u32| calls.saturating_sub(share.saturating_mul(replicas));
    PoolLimit {
        calls: rest(limit.calls, share.calls),
        for_new_tokens: rest(limit.for_new_tokens, share.for_new_tokens),
        is_new_token,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_pool_together_are_the_limit() {
        for calls in [1, 2, 7, 10, 99, 100, 1000, 1_000_000] {
            for replicas in [1, 2, 3, 10, 500] {
                let limit = CallLimit { calls, for_new_tokens: calls.div_ceil(2) };
                if replicas > limit.for_new_tokens {
                    continue;
                }
                let (share, pool) = (share(limit, replicas), pool(limit, replicas, true));
                assert_eq!(share.calls * replicas + pool.calls, limit.calls);
                let of_new = share.for_new_tokens * replicas + pool.for_new_tokens;
                assert_eq!(of_new, limit.for_new_tokens);
                assert!(share.for_new_tokens <= share.calls && pool.for_new_tokens <= pool.calls);
            }
        }
    }
}
