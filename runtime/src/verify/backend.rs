//! The text of an opaque token in, the body of the Backend API's answer out.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::Method;
use reqwest::Url;
use serde::{Serialize, de::IgnoredAny};

use super::{
    m2m::RecipientCheck,
    rate_limit::{CallLimit, RateLimit, Throttled},
    upstream::{ApiSecret, Failed, Question, Upstream},
};
use crate::{
    clock::Clock,
    error::{ConfigurationFault, Failure, TokenFault, UpstreamFault, UpstreamReason},
    json::Object,
    observe::{self, Endpoint as Name, Withheld},
    token::OpaqueKind,
};

/// No answer of one call can keep us from asking again for longer, in seconds.
const LONGEST_BLOCK: u64 = 60;

/// The three endpoints that verify opaque tokens.
pub(crate) struct Backend {
    upstream: Upstream,
    clock: Clock,
    oauth_token: Endpoint,
    m2m_token: Endpoint,
    api_key: Endpoint,
    recipient_check: RecipientCheck,
}

/// The rate limit of each type of token. Clerk counts calls per endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimits {
    pub(crate) oauth_token: CallLimit,
    pub(crate) m2m_token: CallLimit,
    pub(crate) api_key: CallLimit,
}

struct Endpoint {
    /// `None` without the key that it wants.
    question: Option<Question>,
    /// Clerk asked us to stay away until then, in milliseconds of the steady clock.
    blocked_until: AtomicU64,
    rate_limit: Mutex<RateLimit>,
}

/// The body of an answer of 200.
pub(super) struct Answer(Vec<u8>);

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Body<'t> {
    AccessToken(&'t str),
    Token(&'t str),
    Secret(&'t str),
}

impl Backend {
    /// `endpoint` makes the URL of an endpoint from its path.
    pub(crate) fn new(
        upstream: Upstream,
        clock: Clock,
        endpoint: impl Fn(&str) -> Url,
        secret: Option<&ApiSecret>,
        machine_secret: Option<&ApiSecret>,
        limits: RateLimits,
    ) -> Self {
        let endpoint = |name, path, key: Option<&ApiSecret>, limit| Endpoint {
            question: key.cloned().map(|key| Question {
                endpoint: name,
                method: Method::POST,
                url: endpoint(path),
                key: Some(key),
            }),
            blocked_until: AtomicU64::new(0),
            rate_limit: Mutex::new(RateLimit::new(limit)),
        };
        let recipient_check =
            if machine_secret.is_some() { RecipientCheck::ByClerk } else { RecipientCheck::Ours };
        Self {
            upstream,
            clock,
            oauth_token: endpoint(
                Name::OAuthTokenVerify,
                "oauth_applications/access_tokens/verify",
                secret,
                limits.oauth_token,
            ),
            m2m_token: endpoint(
                Name::M2mTokenVerify,
                "m2m_tokens/verify",
                machine_secret.or(secret),
                limits.m2m_token,
            ),
            api_key: endpoint(Name::ApiKeyVerify, "api_keys/verify", secret, limits.api_key),
            recipient_check,
        }
    }

    /// With this machine's own key, Clerk verifies only what was issued for this machine. With
    /// the instance's key it verifies every M2M token of the instance.
    pub(super) fn recipient_check(&self) -> RecipientCheck {
        self.recipient_check
    }

    /// Takes one call from the rate limit of the endpoint, if there is a key to call it with and
    /// Clerk has not asked us to stay away.
    pub(super) fn start_call(&self, kind: OpaqueKind, is_new_token: bool) -> Result<(), Failure> {
        let endpoint = self.endpoint(kind);
        endpoint.question(kind)?;
        let blocked_until = endpoint.blocked_until.load(Ordering::Relaxed);
        let now = self.clock.steady();
        let wait = Duration::from_millis(blocked_until).saturating_sub(now);
        if wait > Duration::ZERO {
            observe::withheld(Withheld::ByClerk);
            return Err(withheld(UpstreamReason::Status(429), wait).into());
        }
        endpoint.take_call(is_new_token, now)?;
        Ok(())
    }

    /// Asked once: verifications are billed, and a retry would multiply what a stranger can make
    /// us send.
    pub(super) async fn ask(&self, kind: OpaqueKind, text: &str) -> Result<Answer, Failure> {
        let endpoint = self.endpoint(kind);
        let body = match kind {
            OpaqueKind::OAuth => Body::AccessToken(text),
            OpaqueKind::M2m => Body::Token(text),
            OpaqueKind::ApiKey => Body::Secret(text),
        };
        let body =
            serde_json::to_vec(&body).map_err(|_| UpstreamFault::new(UpstreamReason::Body))?;
        let question = endpoint.question(kind)?;
        match self.upstream.ask(question, body).await {
            Ok(answer) => Ok(Answer(answer)),
            // The answers that are about the token: it is unknown, revoked or expired.
            Err(Failed::Refused { status: status @ (400 | 404) }) => {
                Err(TokenFault::NotConfirmed { status }.into())
            }
            // Our key may not ask, the quota is used up, or the feature is off.
            Err(Failed::Refused { status: status @ (403 | 422) }) => {
                Err(ConfigurationFault::AskingRefused { status }.into())
            }
            Err(failed) => {
                endpoint.obey(&failed, self.clock.steady());
                Err(failed.into())
            }
        }
    }

    fn endpoint(&self, kind: OpaqueKind) -> &Endpoint {
        match kind {
            OpaqueKind::OAuth => &self.oauth_token,
            OpaqueKind::M2m => &self.m2m_token,
            OpaqueKind::ApiKey => &self.api_key,
        }
    }
}

impl Endpoint {
    fn question(&self, kind: OpaqueKind) -> Result<&Question, ConfigurationFault> {
        self.question.as_ref().ok_or(match kind {
            OpaqueKind::M2m => ConfigurationFault::NoMachineKey,
            OpaqueKind::OAuth | OpaqueKind::ApiKey => ConfigurationFault::NoSecretKey,
        })
    }

    fn take_call(&self, is_new_token: bool, now: Duration) -> Result<(), UpstreamFault> {
        let mut limit = self.rate_limit.lock().unwrap_or_else(PoisonError::into_inner);
        limit.take(is_new_token, now).map_err(|Throttled { wait, only_new_tokens }| {
            let (cause, setting) = if only_new_tokens {
                (Withheld::NewTokens, "new_token_rate_limit")
            } else {
                (Withheld::AllTokens, "opaque_rate_limit")
            };
            observe::withheld(cause);
            withheld(UpstreamReason::RateLimit(setting), wait)
        })
    }

    /// Clerk blocks an endpoint after 429, for everybody: so nobody asks until then.
    fn obey(&self, failed: &Failed, now: Duration) {
        if let Failed::Upstream(fault) = failed
            && matches!(fault.reason, UpstreamReason::Status(429))
        {
            let until = now + Duration::from_secs(fault.retry_after.min(LONGEST_BLOCK));
            let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
            self.blocked_until.fetch_max(until, Ordering::Relaxed);
        }
    }
}

/// A call that is not made. The caller can come again after the wait, in whole seconds.
fn withheld(reason: UpstreamReason, wait: Duration) -> UpstreamFault {
    let retry_after = wait.as_millis().div_ceil(1000).try_into().unwrap_or(LONGEST_BLOCK);
    UpstreamFault { retry_after, ..UpstreamFault::new(reason) }
}

impl Answer {
    /// JSON that is no object says nothing about the token, so it does not confirm it. What is
    /// not JSON at all (RFC 8259 §8.1: in UTF-8) did not come from the endpoint: then the fault is
    /// between Clerk and us.
    pub(super) fn object(&self) -> Result<Object<'_>, Failure> {
        if let Ok(object) = Object::parse(&self.0) {
            return Ok(object);
        }
        let text = str::from_utf8(&self.0).unwrap_or_default();
        match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => Err(TokenFault::Answer("body").into()),
            Err(_) => Err(UpstreamFault::new(UpstreamReason::Body).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_can_speak_against_a_token() {
        for (body, about_the_token) in [
            (&b"[]"[..], true),
            (b"null", true),
            (br#"{"id":1,"id":2}"#, true),
            (b"", false),
            (b"<html>", false),
            (br#"{"id":"#, false),
            (b"{\"id\":\"\xFF\"}", false),
            (b"\xEF\xBB\xBF{}", false),
        ] {
            let failure = Answer(body.to_vec()).object().unwrap_err();
            assert_eq!(matches!(failure, Failure::Token(_)), about_the_token, "{failure}");
        }
    }
}
