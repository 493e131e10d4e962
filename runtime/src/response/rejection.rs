//! Turns a failure into one HTTP response.

use std::{fmt, sync::Arc};

use axum_core::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    Extensions, HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};

use crate::{
    error::{AuthError, ErrorKind},
    policy::{Denial, Policy, RequiredScopes, Reverification, ScopeHierarchy},
    response::{
        kind::{PROBLEM_TYPE, RejectionKind},
        reason,
        recovery::{Recoverable, Recovery},
        report,
        resource::Resource,
    },
    token::TokenType,
};

/// The names that Clerk's own SDK uses.
const AUTH_STATUS: HeaderName = HeaderName::from_static("x-clerk-auth-status");
const AUTH_REASON: HeaderName = HeaderName::from_static("x-clerk-auth-reason");

/// The response to a rejected request, and the rejection of [`Guard`](crate::Guard).
///
/// | rejection | status | `WWW-Authenticate` |
/// |---|---|---|
/// | no credential | 401 | `Bearer realm="clerk", scope="read:notes"` |
/// | unreadable `Authorization` | 400 | `Bearer realm="clerk", error="invalid_request"` |
/// | invalid token | 401 | `Bearer realm="clerk", error="invalid_token"` |
/// | role, permission, feature, plan, organization, client or machine does not meet the policy; impersonated; claims do not fit | 403 | none |
/// | reverification required | 403, with Clerk's body for it | none |
/// | scopes missing | 403 | `Bearer realm="clerk", error="insufficient_scope", scope="read:notes"` |
/// | Clerk unreachable | 503, with `Retry-After` | none |
/// | server misconfigured | 500 | none |
///
/// If the policy accepts OAuth tokens and a [`resource`](crate::ClerkBuilder::resource) is
/// configured, the challenges of 401 and of missing scopes end with `, resource_metadata="…"`, the
/// URL of its metadata (RFC 9728 §5.1).
///
/// The body is `application/problem+json` (RFC 9457), and `Cache-Control` is `no-store`.
#[derive(Clone)]
pub struct Rejection {
    kind: RejectionKind,
    scopes: Option<RequiredScopes>,
    /// Whether an OAuth client could pass, and so may be told where to get a token.
    accepts_oauth: bool,
    reverification: Option<Reverification>,
    retry_after: Option<u64>,
    reason: &'static str,
    recovery: Option<Recovery>,
    appearance: Arc<RejectionSettings>,
}

/// What the configuration says about refusals: how they look, what they name, and which scopes a
/// later policy takes for others.
#[derive(Clone, Default)]
pub(crate) struct RejectionSettings {
    pub(crate) realm: Realm,
    pub(crate) body: Option<BodyHook>,
    /// Whether the caller is told what only the log should know.
    pub(crate) reveals_reasons: bool,
    /// Whether `Debug` shows it, for tests.
    pub(crate) debugs_reasons: bool,
    pub(crate) scope_hierarchy: ScopeHierarchy,
    pub(crate) resource: Option<Resource>,
    /// The same for a `Clerk` and those derived from it.
    pub(crate) instance: Arc<()>,
}

pub(crate) type BodyHook = Arc<dyn Fn(RejectionKind) -> Response + Send + Sync>;

/// A realm that can stand in a challenge, quoted and escaped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Realm(String);

impl Realm {
    /// A quoted-string (RFC 9110 §5.6.4). `None` where a character cannot stand in one.
    pub(crate) fn new(realm: &str) -> Option<Self> {
        if !realm.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return None;
        }
        Some(Self(format!("\"{}\"", realm.replace('\\', "\\\\").replace('"', "\\\""))))
    }
}

impl Rejection {
    /// Tells the operator the reason, and keeps for the caller what the caller may know.
    /// `extensions` are those of the request, if they are at hand.
    pub(crate) fn new(
        error: &AuthError,
        policy: &Policy,
        appearance: Arc<RejectionSettings>,
        extensions: Option<&Extensions>,
    ) -> Self {
        let rejection = Self::untold(error, policy, appearance);
        report::tell(&rejection, error, policy, extensions);
        rejection
    }

    /// The same, of which the operator is told later.
    pub(crate) fn untold(
        error: &AuthError,
        policy: &Policy,
        appearance: Arc<RejectionSettings>,
    ) -> Self {
        let failure = &error.failure;
        let scopes = match failure {
            ErrorKind::Missing => policy.scopes_to_request(appearance.scope_hierarchy),
            ErrorKind::Denied(Denial::MissingScopes(scopes)) => Some(scopes.clone()),
            _ => None,
        };
        let reverification = match failure {
            ErrorKind::Denied(Denial::Reverification(needed)) => Some(*needed),
            _ => None,
        };
        let retry_after = match failure {
            ErrorKind::Upstream(fault) => Some(fault.retry_after),
            _ => None,
        };
        Self {
            kind: RejectionKind::of(failure),
            scopes,
            accepts_oauth: policy.accepts(TokenType::OAuthToken),
            reverification,
            retry_after,
            reason: reason::code(error, policy),
            recovery: Recovery::of(failure).filter(|_| policy.accepts(TokenType::SessionToken)),
            appearance,
        }
    }

    /// Replaces the scopes that a client without a token should ask for.
    pub(crate) fn map_requested_scopes(
        mut self,
        map: impl FnOnce(Option<RequiredScopes>, ScopeHierarchy) -> Option<RequiredScopes>,
    ) -> Self {
        if self.kind == RejectionKind::MissingCredential && self.accepts_oauth {
            self.scopes = map(self.scopes, self.appearance.scope_hierarchy);
        }
        self
    }

    /// Returns the kind of the rejection: the part of the reason that the caller learns.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// Returns the status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// Returns the reason code, which is the `reason` of the log event: see
    /// [`reasons`](crate::guide::reasons). Keep it out of responses in production: it tells a
    /// forger which checks a token passed.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// Returns the scopes of the challenge: those that the caller needs for all policies of the
    /// request. Empty unless scopes are missing.
    #[must_use]
    pub fn scopes(&self) -> &[&'static str] {
        self.scopes.as_ref().map_or(&[], |scopes| scopes.0.as_slice())
    }

    /// Returns the `WWW-Authenticate` field of the response, for a transport that has other fields.
    /// `None` if the response has none: the table of [`Rejection`] lists when.
    #[must_use]
    pub fn challenge(&self) -> Option<HeaderValue> {
        let error = self.kind.challenge_error()?;
        let scopes = self.scopes.as_ref().map(ToString::to_string);
        let resource = self.resource().map(Resource::metadata_url);
        // Scopes (RFC 6749 §3.3) and URLs (RFC 3986 §2) have neither quote nor backslash, so
        // both can stand in a quoted-string (RFC 9110 §5.6.4) as they are.
        let quoted = |name, value: Option<_>| value.map_or([""; 3], |value| [name, value, "\""]);
        let challenge = [
            ["Bearer realm=", &self.appearance.realm.0, error],
            quoted(", scope=\"", scopes.as_deref()),
            quoted(", resource_metadata=\"", resource),
        ];
        HeaderValue::try_from(challenge.as_flattened().concat()).ok()
    }

    /// The resource that the challenge names. To whom sends a field that cannot be read, it says
    /// nothing new.
    fn resource(&self) -> Option<&Resource> {
        let resource = self.appearance.resource.as_ref()?;
        let helps = self.accepts_oauth && self.kind != RejectionKind::UnreadableCredential;
        helps.then_some(resource)
    }

    /// What a page around the guard can do about it, if anything.
    pub(crate) fn recoverable(&self) -> Option<Recoverable> {
        let instance = Arc::clone(&self.appearance.instance);
        Some(Recoverable { recovery: self.recovery?, reason: self.reason, instance })
    }

    fn body(&self) -> (HeaderValue, Body) {
        // Clerk's front ends read this one, so no hook replaces it.
        if let Some(body) = self.reverification.and_then(clerk_error) {
            return (HeaderValue::from_static("application/json"), Body::from(body));
        }
        if let Some(hook) = &self.appearance.body {
            let (parts, body) = hook(self.kind).into_parts();
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            return (parts.headers.get(CONTENT_TYPE).cloned().unwrap_or(plain), body);
        }
        // Neither names nor titles have a character that JSON escapes.
        let problem = [
            r#"{"type":""#,
            PROBLEM_TYPE,
            self.kind.as_str(),
            r#"","title":""#,
            self.kind.title(),
            r#"","status":"#,
            self.kind.status().as_str(),
            "}",
        ]
        .concat();
        (HeaderValue::from_static("application/problem+json"), Body::from(problem))
    }
}

impl Rejection {
    /// The response without its body, for carriers that render another one.
    pub(crate) fn into_head(self) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = self.kind.status();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.appearance.reveals_reasons {
            headers.insert(AUTH_REASON, HeaderValue::from_static(self.reason));
            // Who is only forbidden is signed in.
            if self.kind.status() != StatusCode::FORBIDDEN {
                headers.insert(AUTH_STATUS, HeaderValue::from_static("signed-out"));
            }
        }
        if let Some(recoverable) = self.recoverable() {
            response.extensions_mut().insert(recoverable);
        }
        response
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let (content_type, body) = self.body();
        let mut response = self.into_head().map(|()| body);
        response.headers_mut().insert(CONTENT_TYPE, content_type);
        response
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = formatter.debug_tuple("Rejection");
        text.field(&self.kind);
        if self.appearance.debugs_reasons {
            text.field(&self.reason);
        }
        text.finish()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind.title())
    }
}

/// `source` is always `None`: a chain of errors is printed to callers more easily than
/// [`reason`](Rejection::reason).
impl std::error::Error for Rejection {}

/// The body by which Clerk's front ends know that they must ask the user to verify again.
fn clerk_error(needed: Reverification) -> Option<String> {
    let needed = serde_json::to_string(&needed).ok()?;
    Some(format!(
        r#"{{"clerk_error":{{"type":"forbidden","reason":"reverification-error","metadata":{{"reverification":{needed}}}}}}}"#
    ))
}
