//! Checks times and rates, and says what they default to.

use std::time::Duration;

use super::{ClerkBuilder, ConfigError};
use crate::{
    token::OpaqueTokenType,
    verify::{CallLimit, RateLimits, Timeouts, VerdictTimes},
};

const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(1),
    attempt: Duration::from_secs(2),
    deadline: Duration::from_secs(5),
};
const LONGEST_TIMEOUT: Duration = Duration::from_secs(60);
const MAX_STALE_KEY_AGE: Duration = Duration::from_secs(3600);
const LONGEST_STALE_KEY_AGE: Duration = Duration::from_secs(24 * 3600);
const REJECTION_CACHE: Duration = Duration::from_secs(10);
/// More would let revoked tokens live on.
const LONGEST_VERDICT: Duration = Duration::from_secs(300);
/// So that one token cannot use up the rate limit.
const APPROVAL_CACHE: Duration = Duration::from_secs(1);
/// What Clerk allows in ten seconds. OAuth tokens alone count there.
const CALLS_IN_PRODUCTION: u32 = 1000;
const CALLS_IN_DEVELOPMENT: u32 = 100;
/// For the other types, which Clerk verifies without a published limit. It bounds what they cost.
const CALLS_WITHOUT_LIMIT: u32 = 10_000;
/// More would take too much memory: the time of each call is kept.
const MOST_CALLS: u32 = 1_000_000;

pub(super) fn rate_limits(
    builder: &ClerkBuilder,
    production: Option<bool>,
    error: &mut ConfigError,
) -> RateLimits {
    let mut limit = |token_type, default| {
        let calls = last(&builder.opaque_rate_limit, token_type).unwrap_or(default);
        if !(1..=MOST_CALLS).contains(&calls) {
            let wrong = format!("write from 1 to {MOST_CALLS} calls for {token_type}");
            error.add("opaque_rate_limit", wrong);
        }
        let new = last(&builder.new_token_rate_limit, token_type);
        let for_new_tokens = new.unwrap_or(calls.div_ceil(2));
        if new.is_some_and(|new| !(1..=calls).contains(&new)) {
            let wrong = format!("write from 1 to {calls} calls for {token_type}, its limit");
            error.add("new_token_rate_limit", wrong);
        }
        CallLimit { calls, for_new_tokens }
    };
    let of_clerk =
        if production == Some(false) { CALLS_IN_DEVELOPMENT } else { CALLS_IN_PRODUCTION };
    RateLimits {
        oauth_token: limit(OpaqueTokenType::OAuthToken, of_clerk),
        m2m_token: limit(OpaqueTokenType::M2mToken, CALLS_WITHOUT_LIMIT),
        api_key: limit(OpaqueTokenType::ApiKey, CALLS_WITHOUT_LIMIT),
    }
}

/// The setting for a type that was written last.
fn last<T: Copy>(settings: &[(OpaqueTokenType, T)], token_type: OpaqueTokenType) -> Option<T> {
    settings.iter().rev().find(|(it, _)| *it == token_type).map(|(_, value)| *value)
}

pub(super) fn max_stale_key_age(builder: &ClerkBuilder, error: &mut ConfigError) -> Duration {
    let max_stale_key_age = builder.max_stale_key_age.unwrap_or(MAX_STALE_KEY_AGE);
    if max_stale_key_age > LONGEST_STALE_KEY_AGE {
        error.add("max_stale_key_age", "it is longer than a day");
    }
    max_stale_key_age
}

pub(super) fn verdict_times(builder: &ClerkBuilder, error: &mut ConfigError) -> VerdictTimes {
    let rejected = builder.negative_cache_ttl.unwrap_or(REJECTION_CACHE);
    if rejected > LONGEST_VERDICT {
        error.add("negative_cache_ttl", "it is longer than 300 seconds");
    }
    let mut approved = |token_type| {
        let time = last(&builder.opaque_cache, token_type).unwrap_or(APPROVAL_CACHE);
        if time > LONGEST_VERDICT {
            error.add("opaque_cache", "it is longer than 300 seconds");
        }
        time
    };
    VerdictTimes {
        rejected,
        oauth_token: approved(OpaqueTokenType::OAuthToken),
        m2m_token: approved(OpaqueTokenType::M2mToken),
        api_key: approved(OpaqueTokenType::ApiKey),
    }
}

pub(super) fn timeouts(builder: &ClerkBuilder, error: &mut ConfigError) -> Timeouts {
    let deadline = builder.total_timeout.unwrap_or(TIMEOUTS.deadline);
    let timeouts = Timeouts {
        connect: builder.connect_timeout.unwrap_or(TIMEOUTS.connect),
        // The caller has its answer by then.
        attempt: builder.attempt_timeout.unwrap_or(TIMEOUTS.attempt).min(deadline),
        deadline,
    };
    for (name, timeout) in [
        ("connect_timeout", timeouts.connect),
        ("attempt_timeout", timeouts.attempt),
        ("total_timeout", timeouts.deadline),
    ] {
        if timeout.is_zero() {
            error.add(name, "it is zero, so Clerk could never be called");
        }
        if timeout > LONGEST_TIMEOUT {
            error.add(name, "it is more than 60 seconds; no caller waits that long");
        }
    }
    timeouts
}
