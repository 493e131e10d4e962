//! Verifies opaque tokens with the Backend API: one call for all waiters, and cached where the
//! configuration says so.

pub(crate) mod backend_api;
pub(crate) mod rate_limit;
pub(crate) mod response;
pub(crate) mod verdict_cache;

use std::sync::Arc;

pub(crate) use self::verdict_cache::VerdictTimes;

use self::{backend_api::BackendApi, verdict_cache::VerdictCache};
use super::{
    checks::ClaimChecks,
    facts::{Accepted, OpaqueFacts},
    jwt::cache::Fingerprint,
    single_flight::{Flight, SingleFlight},
};
use crate::{
    clock::Clock,
    error::ErrorKind,
    telemetry::{self, Lookup},
    token::{Opaque, OpaqueKind},
};

/// What a call to Clerk ended with: what Clerk said, before any rule of a `Clerk`.
pub(crate) type Verdict = Result<OpaqueFacts, ErrorKind>;

/// Calls that run, and what earlier ones ended with.
pub(crate) struct OpaqueVerifier {
    backend: BackendApi,
    clock: Clock,
    cache: VerdictCache,
    /// As many as the rate limits let start while the longest of them runs.
    flights: Arc<SingleFlight<Fingerprint, Verdict>>,
}

impl OpaqueVerifier {
    pub(crate) fn new(backend: BackendApi, clock: Clock, times: VerdictTimes) -> Self {
        let flights = Arc::new(SingleFlight::new(backend.deadline()));
        Self { backend, clock, cache: VerdictCache::new(times), flights }
    }

    pub(crate) async fn verify(
        self: &Arc<Self>,
        opaque: Opaque<'_>,
        checks: &ClaimChecks,
    ) -> Result<Accepted, ErrorKind> {
        if opaque.kind == OpaqueKind::M2m {
            checks.assert_recipient_is_known(self.backend.recipient_check())?;
        }
        let verdict = async {
            match self.join_or_start(opaque) {
                Ok(flight) => flight.result().await,
                Err(verdict) => verdict,
            }
        };
        let facts = telemetry::verify_opaque(opaque.kind.token_type(), verdict).await?;
        facts.check(checks, self.clock.now())
    }

    /// Joins the call about this token, or starts one where that is allowed, unless the result is
    /// cached.
    fn join_or_start(self: &Arc<Self>, opaque: Opaque<'_>) -> Result<Flight<Verdict>, Verdict> {
        let fingerprint = Fingerprint::of(opaque.text.as_bytes());
        let now = self.clock.steady();
        let cached = || {
            let verdict = self.cache.recall(&fingerprint, now)?;
            telemetry::looked_up(Lookup::OpaqueHit);
            Some(verdict)
        };
        if let Some(verdict) = cached() {
            return Err(verdict);
        }
        let mut is_joined = true;
        let start = || {
            is_joined = false;
            telemetry::looked_up(Lookup::OpaqueMiss);
            // As far as is known, Clerk never approved it.
            let is_new_token = !self.cache.was_approved(&fingerprint);
            self.backend.start_call(opaque.kind, is_new_token).map_err(Err)?;
            let (verifier, text) = (Arc::clone(self), opaque.text.to_owned());
            let work = async move { verifier.call(opaque.kind, &text, is_new_token).await };
            let owner = Arc::clone(self);
            // The response counts from the start of the call: the token can be revoked since then.
            let store = move |verdict: &Verdict, started_at| {
                owner.cache.keep(fingerprint, verdict, started_at);
            };
            Ok((work, store))
        };
        let flight = self.flights.join_or_start(fingerprint, now, cached, start)?;
        if is_joined {
            telemetry::looked_up(Lookup::OpaqueJoined);
        }
        Ok(flight)
    }

    async fn call(&self, kind: OpaqueKind, text: &str, is_new_token: bool) -> Verdict {
        let response = self.backend.verify(kind, text, is_new_token).await?;
        let response = response.object(kind)?;
        Ok(match kind {
            OpaqueKind::OAuth => OpaqueFacts::OAuth(response::oauth::from_response(&response)?),
            OpaqueKind::M2m => {
                let check = self.backend.recipient_check();
                OpaqueFacts::M2m(response::m2m::from_response(&response, check)?)
            }
            OpaqueKind::ApiKey => OpaqueFacts::ApiKey(response::api_key::from_response(&response)?),
        })
    }
}
