//! Numbers in, the crate `metrics` out: the only place that names it.
//!
//! What happens on each request has keys that are made at compile time, so counting takes nothing
//! from the heap.

use std::time::Duration;

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use super::{FleetLookup, Lookup, ThrottleCause};
use crate::{clock::UnixMillis, token::TokenType};

/// Tells the recorder what each number is. One that is installed later does not hear it.
pub(crate) fn describe() {
    describe_counter!(
        "clerk_auth_decisions_total",
        Unit::Count,
        "Decisions of guards and layers, by type of token, outcome and reason."
    );
    describe_counter!(
        "clerk_auth_cache_lookups_total",
        Unit::Count,
        "Lookups of verified JWTs, and of responses about opaque tokens."
    );
    describe_histogram!(
        "clerk_auth_upstream_request_duration_seconds",
        Unit::Seconds,
        "Time that one call to Clerk took, by endpoint and outcome."
    );
    describe_counter!(
        "clerk_auth_upstream_throttled_total",
        Unit::Count,
        "Calls to Clerk that were not made, by cause."
    );
    describe_gauge!(
        "clerk_auth_key_set_fetched_timestamp_seconds",
        Unit::Seconds,
        "When the key set was last fetched, in Unix time."
    );
    describe_counter!(
        "clerk_auth_fleet_lookups_total",
        Unit::Count,
        "Lookups in the store of the fleet, and how they ended."
    );
    describe_histogram!(
        "clerk_auth_fleet_command_duration_seconds",
        Unit::Seconds,
        "Time that one command for the store of the fleet took, by command and outcome."
    );
    describe_gauge!(
        "clerk_auth_fleet_up",
        Unit::Count,
        "1 while the store of the fleet is used, 0 while it is not."
    );
}

/// A guard or a layer admitted a request.
pub(crate) fn admitted(token_type: Option<TokenType>) {
    macro_rules! count {
        ($token_type:literal) => {
            counter!(
                "clerk_auth_decisions_total",
                "token_type" => $token_type, "outcome" => "admitted", "reason" => "none"
            )
            .increment(1)
        };
    }
    match token_type {
        Some(TokenType::SessionToken) => count!("session_token"),
        Some(TokenType::OAuthToken) => count!("oauth_token"),
        Some(TokenType::M2mToken) => count!("m2m_token"),
        Some(TokenType::ApiKey) => count!("api_key"),
        None => count!("none"),
    }
}

/// A guard, a layer or a handler rejected a request, or pages redirected one.
pub(crate) fn rejected(
    token_type: Option<TokenType>,
    rejection: &'static str,
    reason: &'static str,
) {
    let token_type = token_type.map_or("none", TokenType::as_str);
    let labels = [("token_type", token_type), ("outcome", rejection), ("reason", reason)];
    counter!("clerk_auth_decisions_total", &labels).increment(1);
}

pub(crate) fn looked_up(lookup: Lookup) {
    macro_rules! count {
        ($cache:literal, $result:literal) => {
            counter!("clerk_auth_cache_lookups_total", "cache" => $cache, "result" => $result)
                .increment(1)
        };
    }
    match lookup {
        Lookup::JwtHit => count!("jwt", "hit"),
        Lookup::JwtMiss => count!("jwt", "miss"),
        Lookup::OpaqueHit => count!("opaque_response", "hit"),
        Lookup::OpaqueMiss => count!("opaque_response", "miss"),
        Lookup::OpaqueJoined => count!("opaque_response", "joined"),
    }
}

pub(crate) fn throttled(why: ThrottleCause) {
    let cause = match why {
        ThrottleCause::AllTokens => "opaque_rate_limit",
        ThrottleCause::NewTokens => "new_token_rate_limit",
        ThrottleCause::ByClerk => "rate_limit",
    };
    counter!("clerk_auth_upstream_throttled_total", "cause" => cause).increment(1);
}

/// The moment, and not the age: a number that grows by itself cannot be pushed.
pub(crate) fn key_set_fetched(now: UnixMillis) {
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of Unix time fit in 53 bits")]
    let seconds = now.0 as f64 / 1000.0;
    gauge!("clerk_auth_key_set_fetched_timestamp_seconds").set(seconds);
}

pub(super) fn called(endpoint: &'static str, outcome: &'static str, time: Duration) {
    let labels = [("endpoint", endpoint), ("outcome", outcome)];
    histogram!("clerk_auth_upstream_request_duration_seconds", &labels).record(time);
}

pub(crate) fn fleet_looked_up(lookup: FleetLookup) {
    let result = match lookup {
        FleetLookup::Hit => "hit",
        FleetLookup::Miss => "miss",
        FleetLookup::Unusable => "unusable",
        FleetLookup::Unavailable => "unavailable",
    };
    counter!("clerk_auth_fleet_lookups_total", "result" => result).increment(1);
}

pub(crate) fn fleet_is_up(is_up: bool) {
    gauge!("clerk_auth_fleet_up").set(if is_up { 1.0 } else { 0.0 });
}

pub(super) fn fleet_called(command: &'static str, outcome: &'static str, time: Duration) {
    let labels = [("command", command), ("outcome", outcome)];
    histogram!("clerk_auth_fleet_command_duration_seconds", &labels).record(time);
}
