//! Verifies opaque tokens with the Backend API: one call for all waiters, and cached where the
//! configuration says so. In a fleet, replicas share responses and the rate limit.

pub(crate) mod backend_api;
mod fleet_call;
pub(crate) mod rate_limit;
pub(crate) mod response;
pub(crate) mod tombstones;
pub(crate) mod verdict_cache;

use std::{iter, sync::Arc};

pub(crate) use self::verdict_cache::VerdictTimes;

use self::{
    backend_api::{BackendApi, VerifyResponse},
    tombstones::{Forgotten, Tombstones},
    verdict_cache::{OpaqueAnswer, VerdictCache},
};
use super::{
    checks::ClaimChecks,
    facts::{Accepted, OpaqueFacts},
    fleet::Replicas,
    health::FleetHealth,
    jwt::cache::Fingerprint,
    single_flight::{Flight, SingleFlight},
};
use crate::{
    clock::Clock,
    error::{ErrorKind, UpstreamError, UpstreamErrorKind},
    telemetry::{self, Lookup},
    token::{Opaque, OpaqueKind},
};

/// What a call to Clerk ended with: what Clerk said, before any rule of a `Clerk`.
pub(crate) type Verdict = Result<OpaqueFacts, ErrorKind>;

/// An error here says that the work is lost.
type FlownAnswer = Result<OpaqueAnswer, ErrorKind>;

/// How often one request asks about a token that is forgotten while it is verified.
const MOST_QUESTIONS: usize = 3;

/// Calls that run, and what earlier ones ended with.
pub(crate) struct OpaqueVerifier {
    backend: BackendApi,
    clock: Clock,
    cache: VerdictCache,
    /// As many as the rate limits let start while the longest of them runs. In a fleet, a flight can
    /// end before its call: then it takes no longer than a lookup.
    flights: Arc<SingleFlight<Fingerprint, FlownAnswer>>,
    tombstones: Arc<Tombstones>,
    replicas: Option<Arc<Replicas>>,
}

impl OpaqueVerifier {
    pub(crate) fn new(
        backend: BackendApi,
        clock: Clock,
        times: VerdictTimes,
        tombstones: Arc<Tombstones>,
        replicas: Option<Arc<Replicas>>,
    ) -> Self {
        let flights = Arc::new(SingleFlight::new(backend.deadline()));
        Self { backend, clock, cache: VerdictCache::new(times), flights, tombstones, replicas }
    }

    pub(crate) async fn verify(
        self: &Arc<Self>,
        opaque: Opaque<'_>,
        checks: &ClaimChecks,
    ) -> Result<Accepted, ErrorKind> {
        if opaque.kind == OpaqueKind::M2m {
            checks.assert_recipient_is_known(self.backend.recipient_check())?;
        }
        let verdict = self.verdict(opaque);
        let facts = telemetry::verify_opaque(opaque.kind.token_type(), verdict).await?;
        facts.check(checks, self.clock.now())
    }

    /// Forgets what is known about the token with this text or ID, here and in all replicas.
    pub(crate) async fn forget(&self, kind: OpaqueKind, text: &str) {
        let now = self.clock.now();
        let forgotten = Forgotten { kind, fingerprint: Fingerprint::of(text.as_bytes()) };
        self.tombstones.add(forgotten, now, self.clock.steady());
        if let Some(replicas) = &self.replicas
            && !replicas.forget(kind, text, now).await
        {
            tracing::warn!("other replicas could not be told to forget a token");
        }
    }

    pub(crate) fn fleet_health(&self) -> FleetHealth {
        self.replicas.as_ref().map_or(FleetHealth::None, |replicas| replicas.health())
    }

    /// What is forgotten while a call runs is asked anew.
    async fn verdict(self: &Arc<Self>, opaque: Opaque<'_>) -> Verdict {
        let fingerprint = Fingerprint::of(opaque.text.as_bytes());
        for _ in 0..MOST_QUESTIONS {
            let answer = match self.join_or_start(opaque, fingerprint) {
                Ok(flight) => flight.result().await?,
                Err(verdict) => return verdict,
            };
            if !self.is_forgotten(opaque.kind, fingerprint, &answer) {
                return answer.verdict;
            }
        }
        Err(UpstreamError::new(UpstreamErrorKind::Timeout).into())
    }

    /// Joins the call about this token, or starts one where that is allowed, unless the result is
    /// cached.
    fn join_or_start(
        self: &Arc<Self>,
        opaque: Opaque<'_>,
        fingerprint: Fingerprint,
    ) -> Result<Flight<FlownAnswer>, Verdict> {
        let now = self.clock.steady();
        let cached = || {
            let answer = self.cache.recall(&fingerprint, now)?;
            if self.is_forgotten(opaque.kind, fingerprint, &answer) {
                return None;
            }
            telemetry::looked_up(Lookup::OpaqueHit);
            Some(answer.verdict)
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
            if self.replicas.is_none() {
                self.backend.start_call(opaque.kind, is_new_token).map_err(Err)?;
            }
            let (verifier, text) = (Arc::clone(self), opaque.text.to_owned());
            let work = async move {
                Ok(match &verifier.replicas {
                    None => verifier.call(opaque.kind, &text, is_new_token).await.0,
                    Some(replicas) => {
                        verifier.find_or_call(replicas, opaque.kind, &text, is_new_token).await
                    }
                })
            };
            let owner = Arc::clone(self);
            let store = move |answer: &FlownAnswer, _| {
                if let Ok(answer) = answer
                    && !owner.is_forgotten(opaque.kind, fingerprint, answer)
                {
                    owner.cache.keep(fingerprint, answer);
                }
            };
            Ok((work, store))
        };
        let flight = self.flights.join_or_start(fingerprint, now, cached, start)?;
        if is_joined {
            telemetry::looked_up(Lookup::OpaqueJoined);
        }
        Ok(flight)
    }

    /// The answer, and the response that it was read from. It counts from the start of the call.
    async fn call(
        &self,
        kind: OpaqueKind,
        text: &str,
        is_new_token: bool,
    ) -> (OpaqueAnswer, Option<VerifyResponse>) {
        let (asked_at, turn) = (self.clock.steady(), self.tombstones.turn());
        let (verdict, response) = match self.backend.verify(kind, text, is_new_token).await {
            Ok(response) => (self.read(kind, &response), Some(response)),
            Err(why) => (Err(why), None),
        };
        (OpaqueAnswer { verdict, asked_at, turn, end: None }, response)
    }

    fn read(&self, kind: OpaqueKind, response: &VerifyResponse) -> Verdict {
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

    fn is_forgotten(
        &self,
        kind: OpaqueKind,
        fingerprint: Fingerprint,
        answer: &OpaqueAnswer,
    ) -> bool {
        self.tombstones.cover(answer.turn, names(kind, fingerprint, &answer.verdict))
    }
}

/// The token by its text, and by its ID if that is known. Hashed only if it is looked for.
fn names(
    kind: OpaqueKind,
    fingerprint: Fingerprint,
    verdict: &Verdict,
) -> impl Iterator<Item = Forgotten> {
    let by_id = move || {
        let id = verdict.as_ref().ok().and_then(OpaqueFacts::id)?;
        Some(Forgotten { kind, fingerprint: Fingerprint::of(id.as_bytes()) })
    };
    iter::once(Forgotten { kind, fingerprint }).chain(iter::once_with(by_id).flatten())
}
