//! Calls that renew the session of a page: the cookies of a handshake, and a new token for an
//! expired session. They have rate limits of their own, and none is repeated.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::Method;
use quick_cache::sync::Cache;
use reqwest::Url;

use super::{
    call_throttle::{CallThrottle, ThrottledCall},
    http_client::{ApiRequest, ApiSecret, CallError, Upstream},
    jwt::cache::Fingerprint,
    opaque::rate_limit::{CallLimit, RateLimit},
};
use crate::{
    clock::Clock,
    error::{ErrorKind, UpstreamErrorKind},
    telemetry::{self, ClerkEndpoint, ThrottleCause},
    token::json::{Member, Object},
};

/// Half of what Clerk allows in ten seconds, for each of the two endpoints.
const CALLS_IN_PRODUCTION: u32 = 500;
const CALLS_IN_DEVELOPMENT: u32 = 50;
/// For one session, so that one browser cannot use up the limit of all.
const CALLS_OF_ONE_SESSION: u32 = 5;
/// Sessions of which calls are counted. The least used make room for new ones.
const MOST_SESSIONS: usize = 4096;
/// The two endpoints of the Backend API.
pub(crate) struct SessionApi {
    upstream: Upstream,
    clock: Clock,
    /// The Backend API, with its version.
    url: Url,
    secret: Option<ApiSecret>,
    handshakes: CallThrottle,
    refreshes: CallThrottle,
    sessions: Cache<Fingerprint, Arc<Mutex<RateLimit>>>,
}

/// Why a call brought no cookies: the words of Clerk's SDK, or Clerk's own code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotRenewed(pub(crate) &'static str);

impl SessionApi {
    pub(crate) fn new(
        upstream: Upstream,
        clock: Clock,
        url: Url,
        secret: Option<ApiSecret>,
        production: bool,
    ) -> Self {
        let calls = if production { CALLS_IN_PRODUCTION } else { CALLS_IN_DEVELOPMENT };
        let throttle = || CallThrottle::new(CallLimit { calls, for_new_tokens: calls }, None);
        let (handshakes, refreshes) = (throttle(), throttle());
        let sessions = Cache::new(MOST_SESSIONS);
        Self { upstream, clock, url, secret, handshakes, refreshes, sessions }
    }

    /// How long a waiter waits for one of the calls.
    pub(crate) fn deadline(&self) -> Duration {
        self.upstream.deadline()
    }

    /// The secret key as it is sent: what is derived from it is the same on each replica.
    pub(crate) fn secret(&self) -> Option<&[u8]> {
        self.secret.as_ref().map(|secret| secret.authorization.as_bytes())
    }

    /// The cookies of a handshake.
    pub(crate) async fn handshake_payload(&self, nonce: &str) -> Result<Vec<String>, NotRenewed> {
        let mut url = self.endpoint(&["clients", "handshake_payload"]);
        url.query_pairs_mut().append_pair("nonce", nonce);
        let question = self.question(ClerkEndpoint::HandshakePayload, Method::GET, url)?;
        self.take(&self.handshakes)?;
        let answer = self.upstream.ask_once(&question, None).await;
        let answer = answer.map_err(|failed| self.failed(&self.handshakes, &failed))?;
        texts(&answer, "directives")
    }

    /// The cookies of a refreshed session. `session_id` is one segment of a path.
    pub(crate) async fn refresh(
        &self,
        session_id: &str,
        suffixed: bool,
        body: Vec<u8>,
    ) -> Result<Vec<String>, NotRenewed> {
        let mut url = self.endpoint(&["sessions", session_id, "refresh"]);
        if suffixed {
            url.query_pairs_mut().append_pair("suffixed_cookies", "true");
        }
        let question = self.question(ClerkEndpoint::SessionRefresh, Method::POST, url)?;
        self.take_of_session(session_id)?;
        self.take(&self.refreshes)?;
        let answer = self.upstream.ask_once(&question, Some(body)).await;
        let answer = answer.map_err(|failed| self.failed(&self.refreshes, &failed))?;
        texts(&answer, "cookies")
    }

    fn endpoint(&self, path: &[&str]) -> Url {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    fn question(
        &self,
        endpoint: ClerkEndpoint,
        method: Method,
        url: Url,
    ) -> Result<ApiRequest, NotRenewed> {
        let key = self.secret.clone().ok_or(NotRenewed("missing-api-client"))?;
        Ok(ApiRequest { endpoint, method, url, key: Some(key) })
    }

    fn take(&self, throttle: &CallThrottle) -> Result<(), NotRenewed> {
        let started = throttle.start(false, self.clock.steady());
        started.inspect_err(ThrottledCall::record).map_err(|throttled| match throttled {
            ThrottledCall::ByClerk(_) => RATE_LIMITED,
            ThrottledCall::ByLimit(_) => FETCH_ERROR,
        })
    }

    fn take_of_session(&self, session_id: &str) -> Result<(), NotRenewed> {
        let calls = CALLS_OF_ONE_SESSION;
        let limit =
            || Arc::new(Mutex::new(RateLimit::new(CallLimit { calls, for_new_tokens: calls })));
        let key = Fingerprint::of(session_id.as_bytes());
        let limit = self.sessions.get_or_insert_with(&key, || Ok::<_, NotRenewed>(limit()))?;
        let mut limit = limit.lock().unwrap_or_else(PoisonError::into_inner);
        limit.take(false, self.clock.steady()).map_err(|_| {
            telemetry::throttled(ThrottleCause::AllTokens);
            FETCH_ERROR
        })
    }

    fn failed(&self, throttle: &CallThrottle, failed: &CallError) -> NotRenewed {
        throttle.obey(failed, self.clock.steady());
        match failed {
            CallError::AuthError { status, code } => {
                tracing::info!(status, code, "Clerk rejected the renewal of a session");
                NotRenewed(code.unwrap_or("unexpected-bapi-error"))
            }
            CallError::KeyRejected { .. } | CallError::RequestRejected(_) => {
                let cause = ErrorKind::from(failed.clone());
                tracing::error!(%cause, "sessions cannot be renewed");
                NotRenewed("unexpected-bapi-error")
            }
            CallError::Upstream(fault) => {
                tracing::warn!(cause = %fault, "a session was not renewed");
                match fault.reason {
                    UpstreamErrorKind::Status(429) => RATE_LIMITED,
                    UpstreamErrorKind::Status(_) | UpstreamErrorKind::NotClerk(_) => {
                        NotRenewed("unexpected-bapi-error")
                    }
                    _ => FETCH_ERROR,
                }
            }
        }
    }
}

const FETCH_ERROR: NotRenewed = NotRenewed("fetch-error");
const RATE_LIMITED: NotRenewed = NotRenewed("too_many_requests");

fn texts(answer: &[u8], member: &str) -> Result<Vec<String>, NotRenewed> {
    let object = Object::parse(answer).map_err(|_| NotRenewed("unexpected-sdk-error"))?;
    match object.texts(member) {
        Member::Is(texts) => Ok(texts.into_iter().map(std::borrow::Cow::into_owned).collect()),
        _ => Err(NotRenewed("unexpected-sdk-error")),
    }
}
