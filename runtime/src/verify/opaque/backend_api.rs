//! Calls the endpoints of the Backend API that verify opaque tokens, within their rate limits.

use std::time::Duration;

use http::Method;
use reqwest::Url;
use serde::Serialize;

use super::rate_limit::{CallLimit, Throttled};
use crate::{
    clock::Clock,
    error::{ConfigurationError, ErrorKind, TokenError, UpstreamError, UpstreamErrorKind},
    telemetry::ClerkEndpoint,
    token::{
        OpaqueKind,
        json::{Member, Object},
    },
    verify::{
        call_throttle::{CallThrottle, LONGEST_BLOCK, ThrottledCall},
        facts::RecipientCheck,
        fleet::{FleetTime, Replicas},
        http_client::{ApiRequest, ApiSecret, CallError, Upstream},
    },
};

/// The three endpoints that verify opaque tokens.
pub(crate) struct BackendApi {
    upstream: Upstream,
    clock: Clock,
    oauth_token: VerifyEndpoint,
    m2m_token: VerifyEndpoint,
    api_key: VerifyEndpoint,
    recipient_check: RecipientCheck,
}

/// The rate limit of each type of token. Clerk counts calls per endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RateLimits {
    pub(crate) oauth_token: CallLimit,
    pub(crate) m2m_token: CallLimit,
    pub(crate) api_key: CallLimit,
}

struct VerifyEndpoint {
    /// `None` without the key that it wants.
    request: Option<ApiRequest>,
    limit: CallLimit,
    throttle: CallThrottle,
}

/// The body of a response of 200.
pub(crate) struct VerifyResponse(pub(crate) Vec<u8>);

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum VerifyBody<'t> {
    AccessToken(&'t str),
    Token(&'t str),
    Secret(&'t str),
}

impl BackendApi {
    /// `endpoint` makes the URL of an endpoint from its path. `replicas` share the limits, if there is
    /// a fleet.
    pub(crate) fn new(
        upstream: Upstream,
        clock: Clock,
        endpoint: impl Fn(&str) -> Url,
        secret: Option<&ApiSecret>,
        machine_secret: Option<&ApiSecret>,
        limits: RateLimits,
        replicas: Option<u32>,
    ) -> Self {
        let endpoint = |name, path, key: Option<&ApiSecret>, limit| VerifyEndpoint {
            request: key.cloned().map(|key| ApiRequest {
                endpoint: name,
                method: Method::POST,
                url: endpoint(path),
                key: Some(key),
            }),
            limit,
            throttle: CallThrottle::new(limit, replicas),
        };
        let recipient_check =
            if machine_secret.is_some() { RecipientCheck::ByClerk } else { RecipientCheck::Ours };
        Self {
            upstream,
            clock,
            oauth_token: endpoint(
                ClerkEndpoint::OAuthTokenVerify,
                "oauth_applications/access_tokens/verify",
                secret,
                limits.oauth_token,
            ),
            m2m_token: endpoint(
                ClerkEndpoint::M2mTokenVerify,
                "m2m_tokens/verify",
                machine_secret.or(secret),
                limits.m2m_token,
            ),
            api_key: endpoint(
                ClerkEndpoint::ApiKeyVerify,
                "api_keys/verify",
                secret,
                limits.api_key,
            ),
            recipient_check,
        }
    }

    /// With this machine's own key, Clerk verifies only what was issued for this machine. With
    /// the instance's key it verifies every M2M token of the instance.
    pub(crate) fn recipient_check(&self) -> RecipientCheck {
        self.recipient_check
    }

    pub(crate) fn deadline(&self) -> Duration {
        self.upstream.deadline()
    }

    /// Takes one call from the rate limit of the endpoint, if there is a key to call it with and
    /// Clerk has not asked us to stay away.
    pub(crate) fn start_call(&self, kind: OpaqueKind, is_new_token: bool) -> Result<(), ErrorKind> {
        let endpoint = self.endpoint(kind);
        endpoint.request(kind)?;
        let started = endpoint.throttle.start(is_new_token, self.clock.steady());
        Ok(started.inspect_err(ThrottledCall::record).map_err(throttled_error)?)
    }

    /// The same in a fleet. When this replica's share is spent, takes a call that replicas share.
    pub(crate) async fn start_shared_call(
        &self,
        kind: OpaqueKind,
        is_new_token: bool,
        replicas: &Replicas,
        time: &mut FleetTime,
    ) -> Result<(), ErrorKind> {
        let endpoint = self.endpoint(kind);
        endpoint.request(kind)?;
        let started = match endpoint.throttle.start(is_new_token, self.clock.steady()) {
            Err(ThrottledCall::ByLimit(_))
                if replicas.take_call(kind, endpoint.limit, is_new_token, time).await =>
            {
                endpoint.throttle.start_from_pool(is_new_token, self.clock.steady())
            }
            started => started,
        };
        Ok(started.inspect_err(ThrottledCall::record).map_err(throttled_error)?)
    }

    /// Called once, because verifications are billed and a retry would multiply what a caller can
    /// make us send. A call that met a closed connection is repeated, as one more call.
    pub(crate) async fn verify(
        &self,
        kind: OpaqueKind,
        text: &str,
        is_new_token: bool,
    ) -> Result<VerifyResponse, ErrorKind> {
        let endpoint = self.endpoint(kind);
        let body = match kind {
            OpaqueKind::OAuth => VerifyBody::AccessToken(text),
            OpaqueKind::M2m => VerifyBody::Token(text),
            OpaqueKind::ApiKey => VerifyBody::Secret(text),
        };
        let body =
            serde_json::to_vec(&body).map_err(|_| UpstreamError::new(UpstreamErrorKind::Body))?;
        let request = endpoint.request(kind)?;
        let may_repeat = || self.start_call(kind, is_new_token).is_ok();
        match self.upstream.ask(request, body, may_repeat).await {
            Ok(answer) => Ok(VerifyResponse(answer)),
            Err(CallError::AuthError { status, .. }) => {
                Err(TokenError::NotConfirmed { status }.into())
            }
            Err(failed) => {
                endpoint.throttle.obey(&failed, self.clock.steady());
                Err(failed.into())
            }
        }
    }

    fn endpoint(&self, kind: OpaqueKind) -> &VerifyEndpoint {
        match kind {
            OpaqueKind::OAuth => &self.oauth_token,
            OpaqueKind::M2m => &self.m2m_token,
            OpaqueKind::ApiKey => &self.api_key,
        }
    }
}

impl VerifyEndpoint {
    fn request(&self, kind: OpaqueKind) -> Result<&ApiRequest, ConfigurationError> {
        self.request.as_ref().ok_or(match kind {
            OpaqueKind::M2m => ConfigurationError::NoMachineKey,
            OpaqueKind::OAuth | OpaqueKind::ApiKey => ConfigurationError::NoSecretKey,
        })
    }
}

/// A call that is not made. The caller can come again after the wait, in whole seconds.
fn throttled_error(throttled: ThrottledCall) -> UpstreamError {
    let (reason, wait) = match throttled {
        ThrottledCall::ByClerk(wait) => (UpstreamErrorKind::Status(429), wait),
        ThrottledCall::ByLimit(Throttled { wait, only_new_tokens }) => {
            let setting =
                if only_new_tokens { "new_token_rate_limit" } else { "opaque_rate_limit" };
            (UpstreamErrorKind::RateLimit(setting), wait)
        }
    };
    let retry_after = wait.as_millis().div_ceil(1000).try_into().unwrap_or(LONGEST_BLOCK);
    UpstreamError { retry_after, ..UpstreamError::new(reason) }
}

impl VerifyResponse {
    /// The object of a token of this kind. Anything else did not come from the endpoint, so it says
    /// nothing about the token.
    pub(crate) fn object(&self, kind: OpaqueKind) -> Result<Object<'_>, UpstreamError> {
        let object = Object::parse(&self.0).ok().filter(|object| is_about(kind, object));
        object.ok_or_else(|| UpstreamError::new(UpstreamErrorKind::Body))
    }
}

fn is_about(kind: OpaqueKind, object: &Object<'_>) -> bool {
    let name = match kind {
        OpaqueKind::OAuth => "clerk_idp_oauth_access_token",
        OpaqueKind::M2m => "machine_to_machine_token",
        OpaqueKind::ApiKey => "api_key",
    };
    // Only the endpoint of OAuth tokens also answers that a token is not active, and no more.
    let is_inactive = object.boolean("active") == Member::Is(false);
    match object.text("object") {
        Member::Absent => kind == OpaqueKind::OAuth && is_inactive,
        named => named == Member::Is(name.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_object_of_its_kind_is_an_answer() {
        use OpaqueKind::{ApiKey, M2m, OAuth};
        let oauth = r#"{"object":"clerk_idp_oauth_access_token"}"#;
        let m2m = r#"{"object":"machine_to_machine_token"}"#;
        let inactive = r#"{"active":false}"#;
        let key = r#"{"object":"api_key","revoked":true,"active":false}"#;
        for (body, kinds) in [
            (oauth, vec![OAuth]),
            (m2m, vec![M2m]),
            (key, vec![ApiKey]),
            (r#"{"object":"\u0061pi_key"}"#, vec![ApiKey]),
            (inactive, vec![OAuth]),
            (r#"{"active":true}"#, vec![]),
            (r#"{"active":"false"}"#, vec![]),
            (r#"{"object":"API_KEY"}"#, vec![]),
            (r#"{"object":["api_key"]}"#, vec![]),
            (r#"{"object":"api_key","object":"api_key"}"#, vec![]),
            (r#"{"data":{"object":"api_key"}}"#, vec![]),
            (r#"{"errors":[{"code":"resource_not_found"}]}"#, vec![]),
            ("{}", vec![]),
            ("[]", vec![]),
            ("null", vec![]),
            ("", vec![]),
            ("<html>", vec![]),
            (r#"{"object":"#, vec![]),
            ("\u{feff}{\"object\":\"api_key\"}", vec![]),
        ] {
            for kind in [OAuth, M2m, ApiKey] {
                let is_answer = VerifyResponse(body.into()).object(kind).is_ok();
                assert_eq!(is_answer, kinds.contains(&kind), "{kind:?}: {body}");
            }
        }
        assert!(
            VerifyResponse(b"{\"object\":\"api_key\",\"id\":\"\xff\"}".into())
                .object(ApiKey)
                .is_err()
        );
    }
}
