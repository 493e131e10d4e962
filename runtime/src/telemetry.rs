//! What a guard does in, spans and numbers for the operator out. The page `operations` explains
//! each of them.
//!
//! Everything here is a word of a short list: no id, no key id, nothing that a caller could make
//! many of.

#[cfg(feature = "metrics")]
#[path = "telemetry/metrics.rs"]
mod numbers;
#[cfg(not(feature = "metrics"))]
#[path = "telemetry/no_metrics.rs"]
mod numbers;

pub(crate) use self::numbers::{
    admitted, describe, fleet_is_up, fleet_looked_up, key_set_fetched, looked_up, rejected,
    throttled,
};

use std::{future::Future, time::Duration};

use tokio::time::Instant;
use tracing::{Instrument as _, field::Empty};

use crate::token::TokenType;

/// An endpoint of Clerk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ClerkEndpoint {
    /// The key set of the Backend API.
    KeySet,
    /// The public key set of the Frontend API.
    PublicKeySet,
    OAuthTokenVerify,
    M2mTokenVerify,
    ApiKeyVerify,
    /// The cookies of a handshake, by its nonce.
    HandshakePayload,
    /// A new token for an expired session.
    SessionRefresh,
}

/// What was looked for in a cache, and how that ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lookup {
    JwtHit,
    JwtMiss,
    OpaqueHit,
    OpaqueMiss,
    /// Another request verifies the token already.
    OpaqueJoined,
}

/// Why a call to Clerk is not made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ThrottleCause {
    /// Our own rate limit of this type of token is reached.
    AllTokens,
    /// The part of it for tokens that were never approved is reached.
    NewTokens,
    /// Clerk answered 429.
    ByClerk,
}

/// A command for the store of a fleet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FleetCommand {
    Claim,
    Renew,
    Settle,
    Get,
    Set,
    Remove,
    TakeCall,
    Publish,
}

/// How a lookup in the store of a fleet ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FleetLookup {
    Hit,
    Miss,
    /// The entry is forged, damaged, of another version, or too old for this replica.
    Unusable,
    /// The store is not used, or did not reply in time.
    Unavailable,
}

impl FleetCommand {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Renew => "renew",
            Self::Settle => "settle",
            Self::Get => "get",
            Self::Set => "set",
            Self::Remove => "remove",
            Self::TakeCall => "take_call",
            Self::Publish => "publish",
        }
    }
}

/// One command for the store of a fleet ended.
pub(crate) fn fleet_called(command: FleetCommand, outcome: &'static str, time: Duration) {
    numbers::fleet_called(command.as_str(), outcome, time);
}

impl ClerkEndpoint {
    const fn as_str(self) -> &'static str {
        match self {
            Self::KeySet => "key_set",
            Self::PublicKeySet => "public_key_set",
            Self::OAuthTokenVerify => "oauth_token_verify",
            Self::M2mTokenVerify => "m2m_token_verify",
            Self::ApiKeyVerify => "api_key_verify",
            Self::HandshakePayload => "handshake_payload",
            Self::SessionRefresh => "session_refresh",
        }
    }
}

/// One call to Clerk: a span, and how long it took.
pub(crate) async fn call<T, E>(
    endpoint: ClerkEndpoint,
    request: impl Future<Output = Result<T, E>>,
    outcome: impl FnOnce(&E) -> &'static str,
) -> Result<T, E> {
    let endpoint = endpoint.as_str();
    let span = tracing::info_span!("call_clerk", endpoint, outcome = Empty);
    let started_at = Instant::now();
    let response = request.instrument(span.clone()).await;
    let outcome = response.as_ref().err().map_or("answered", outcome);
    span.record("outcome", outcome);
    numbers::called(endpoint, outcome, started_at.elapsed());
    response
}

/// One load of the key set, retries included.
///
/// A load and a call belong to all who wait for them, so their spans have no parent: a request's
/// own span would else stay open until they end.
pub(crate) fn load<F: Future>(load: F) -> impl Future<Output = F::Output> {
    load.instrument(tracing::info_span!(parent: None, "fetch_key_set"))
}

/// The time in which one request waits for the key set.
pub(crate) fn wait_for_key_set<F: Future>(wait: F) -> impl Future<Output = F::Output> {
    wait.instrument(tracing::info_span!("wait_for_key_set"))
}

/// The time in which one request waits for the verification of its opaque token.
pub(crate) fn verify_opaque<F: Future>(
    token_type: TokenType,
    wait: F,
) -> impl Future<Output = F::Output> {
    let token_type = token_type.as_str();
    wait.instrument(tracing::info_span!("verify_opaque", token_type))
}
