//! Verifies an opaque token in a fleet: by the response to another replica, or with the right to call
//! Clerk for all.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{OpaqueVerifier, VerifyResponse, names, verdict_cache::OpaqueAnswer};
use crate::{
    clock::UnixMillis,
    error::{ErrorKind, TokenError},
    token::OpaqueKind,
    verify::{
        fleet::{FleetTime, Found, Replicas, SharedAnswer, SharedResponse},
        jwt::cache::Fingerprint,
    },
};

/// How long an approval stays in the store behind its end. Until then, the token is a new one for no
/// replica, so its next call does not compete with those about invalid tokens.
const APPROVAL_KEPT: Duration = Duration::from_secs(60);

impl OpaqueVerifier {
    pub(super) async fn find_or_call(
        &self,
        replicas: &Arc<Replicas>,
        kind: OpaqueKind,
        text: &str,
        is_new_token: bool,
    ) -> OpaqueAnswer {
        let mut time = FleetTime::of_request();
        let is_new = AtomicBool::new(is_new_token);
        // What is not cached here is not taken from others either.
        let is_shared = !self.cache.times().of_approval(kind).is_zero();
        let mut lease = None;
        if is_shared {
            let believe = |shared, has_ended: bool| {
                let (answer, is_approval) = self.believe(kind, text, shared)?;
                if is_approval {
                    is_new.store(false, Ordering::Relaxed);
                }
                answer.filter(|_| !has_ended)
            };
            match replicas.find(kind, text, &mut time, believe).await {
                Found::Answer(answer) => return answer,
                Found::Call(leased) => lease = leased,
            }
        }
        let is_new_token = is_new.into_inner();
        let started = self.backend.start_shared_call(kind, is_new_token, replicas, &mut time).await;
        if let Err(why) = started {
            replicas.share(kind, text, lease, None);
            let (asked_at, turn) = (self.clock.steady(), self.tombstones.turn());
            return OpaqueAnswer { verdict: Err(why), asked_at, turn, end: None };
        }
        let asked_at = self.clock.now();
        let call = self.call(kind, text, is_new_token);
        let (answer, response) = replicas.hold(lease.as_ref(), call).await;
        let shared =
            if is_shared { self.to_share(kind, text, asked_at, &answer, response) } else { None };
        replicas.share(kind, text, lease, shared);
        answer
    }

    /// Reads the response to another replica, and believes it for as long as one to this process. Tells
    /// also whether it is an approval: one that just ended still says that the token is not a new one.
    fn believe(
        &self,
        kind: OpaqueKind,
        text: &str,
        shared: SharedAnswer,
    ) -> Option<(Option<OpaqueAnswer>, bool)> {
        let SharedAnswer { response, asked_at, end, .. } = shared;
        let turn = self.tombstones.turn();
        let verdict = match response {
            SharedResponse::Body(body) => self.read(kind, &VerifyResponse(body)),
            SharedResponse::NotConfirmed(status) => Err(TokenError::NotConfirmed { status }.into()),
        };
        let (now, steady) = (self.clock.now(), self.clock.steady());
        let age = now.since(asked_at);
        let fingerprint = Fingerprint::of(text.as_bytes());
        if self.tombstones.cover_time(asked_at, names(kind, fingerprint, &verdict)) {
            return None;
        }
        let is_approval = verdict.is_ok() && now.since(end) < APPROVAL_KEPT;
        // What says nothing about the token has no time.
        let is_young = age < self.cache.times().of(&verdict);
        let (asked_at, end) = (steady.saturating_sub(age), Some(steady + end.since(now)));
        let answer = is_young.then_some(OpaqueAnswer { verdict, asked_at, turn, end });
        Some((answer, is_approval))
    }

    /// What other replicas get of the answer to a call, unless it was forgotten meanwhile.
    fn to_share(
        &self,
        kind: OpaqueKind,
        text: &str,
        asked_at: UnixMillis,
        answer: &OpaqueAnswer,
        response: Option<VerifyResponse>,
    ) -> Option<SharedAnswer> {
        let response = match (response, &answer.verdict) {
            (Some(VerifyResponse(body)), Ok(_) | Err(ErrorKind::Token(_))) => {
                SharedResponse::Body(body)
            }
            (None, Err(ErrorKind::Token(TokenError::NotConfirmed { status }))) => {
                SharedResponse::NotConfirmed(*status)
            }
            _ => return None,
        };
        let time = i64::try_from(self.cache.times().of(&answer.verdict).as_millis()).ok()?;
        let fingerprint = Fingerprint::of(text.as_bytes());
        let is_wanted = time > 0 && !self.is_forgotten(kind, fingerprint, answer);
        let kept_for = if answer.verdict.is_ok() { APPROVAL_KEPT } else { Duration::ZERO };
        let end = asked_at.plus(time);
        is_wanted.then_some(SharedAnswer { response, asked_at, end, kept_for })
    }
}
