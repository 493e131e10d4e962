//! Stores the verified identity in the request, so that a second guard does not verify it again.

use std::{
    fmt,
    future::Future,
    ptr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use http::{Extensions, HeaderValue, request::Parts};

use super::{Admitted, Passed, passed::pass_anonymously, permit, reject};
use crate::{
    clerk::Clerk,
    clock::UnixMillis,
    error::{AuthError, ConfigurationError, ErrorKind},
    guard::expiry::expired,
    identity::{
        Claims, Identity, VerifiedToken,
        ids::{ClientId, MachineId, OrgId, SessionId, Subject, UserId},
        scopes::Scopes,
    },
    policy::{Policy, ScopeHierarchy},
    response::rejection::{Rejection, RejectionSettings},
    token::TokenType,
    verify::is_expired,
};

/// The verified identity of a request, which a guard or [`ClerkLayer`](crate::ClerkLayer) stored.
/// Only this crate can create or insert one.
///
/// It is an extractor for handlers behind a layer:
///
/// ```
/// use axum::{Router, routing::get};
/// use clerk_auth::{Clerk, ClerkLayer, Policy, Verified, policy};
///
/// const MEMBERS: Policy = policy!(accepts = "session_token");
///
/// async fn whoami(caller: Verified) -> String {
///     caller.subject().to_string()
/// }
///
/// fn members(clerk: Clerk) -> Router {
///     Router::new().route("/me", get(whoami)).layer(ClerkLayer::new(clerk, MEMBERS))
/// }
/// ```
///
/// | request | `Verified` | `Option<Verified>` |
/// |---|---|---|
/// | with a verified credential | the caller | `Some` |
/// | anonymous, admitted by an [`optional`](Policy::optional) policy | 401 | `None` |
/// | CORS preflight that the layer passed on | 401 | `None` |
/// | without a guard or layer before | 500 | 500 |
///
/// A second guard with the same credential does not verify it again.
#[derive(Clone)]
pub struct Verified {
    identity: Identity,
    /// What it was verified with: another `Clerk` verifies again.
    clerk: Clerk,
    /// What it was verified from: a rewritten header is verified again. `None` for a cookie, which
    /// is one of many parts of its fields: each guard verifies it again.
    field: Option<HeaderValue>,
    /// The moments before and from which the token is rejected.
    start: Option<UnixMillis>,
    end: Option<UnixMillis>,
    at: UnixMillis,
    /// Of this request and this credential.
    passed: Passed,
}

/// What the last guard or layer of a request found. The type is private, so no one else can insert
/// one.
#[derive(Clone)]
enum StoredIdentity {
    Known(Verified),
    /// The policy admitted a request without a credential.
    Anonymous {
        clerk: Clerk,
        policy: Policy,
    },
}

/// Returns the caller whom the last guard or layer of the request admitted. `None` for an anonymous
/// request, and if no guard or layer ran. In a handler, use [`Verified`] as an extractor instead.
///
/// ```
/// use clerk_auth::verified;
///
/// fn caller(request: &http::Request<()>) -> Option<String> {
///     verified(request.extensions()).map(|verified| verified.subject().to_string())
/// }
/// ```
#[must_use]
pub fn verified(extensions: &Extensions) -> Option<Verified> {
    extensions.get::<StoredIdentity>()?.verified()
}

impl StoredIdentity {
    /// An error if the request reached a handler that no guard or layer stands in front of.
    fn of(extensions: &Extensions) -> Result<&Self, Rejection> {
        extensions.get::<Self>().ok_or_else(|| {
            let fault = ConfigurationError::NoLayer.into();
            Rejection::new(&fault, &Policy::DENY_ALL, Arc::default(), Some(extensions))
        })
    }

    fn verified(&self) -> Option<Verified> {
        match self {
            Self::Known(verified) => Some(verified.clone()),
            Self::Anonymous { .. } => None,
        }
    }
}

/// Rejects anonymous requests with 401, also if an [`optional`](Policy::optional) policy admitted
/// them. If no guard or layer ran, the rejection is 500 and the log names the missing layer.
impl<S: Sync> FromRequestParts<S> for Verified {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        match StoredIdentity::of(&parts.extensions)? {
            StoredIdentity::Known(verified) => Ok(verified.clone()),
            StoredIdentity::Anonymous { clerk, policy } => {
                let missing = ErrorKind::Missing.into();
                Err(reject(&missing, policy, clerk.appearance(), Some(&parts.extensions)))
            }
        }
    }
}

/// Returns `None` for an anonymous request. If no guard or layer ran, the rejection is 500: without
/// one, every caller would look anonymous.
impl<S: Sync> OptionalFromRequestParts<S> for Verified {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        StoredIdentity::of(&parts.extensions).map(StoredIdentity::verified)
    }
}

impl Verified {
    /// Returns the subject of the caller's token.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        self.identity.subject()
    }

    /// Returns the type of the caller's token.
    #[must_use]
    pub fn token_type(&self) -> TokenType {
        self.identity.token_type()
    }

    /// Returns the user ID. `None` for a machine, and for an API key of an organization.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        self.identity.user_id()
    }

    /// Returns the organization: the active one of a session, the one that the user chose at
    /// consent for an OAuth token, or the owner of an API key.
    #[must_use]
    pub fn org_id(&self) -> Option<&OrgId> {
        self.identity.org_id()
    }

    /// Returns the OAuth client. `None` if the token is not an OAuth token.
    #[must_use]
    pub fn client_id(&self) -> Option<&ClientId> {
        self.identity.client_id()
    }

    /// Returns the machine. `None` if the caller is not a machine.
    #[must_use]
    pub fn machine_id(&self) -> Option<&MachineId> {
        self.identity.machine_id()
    }

    /// Returns the session. `None` if the token is not a session token.
    #[must_use]
    pub fn session_id(&self) -> Option<&SessionId> {
        self.identity.session_id()
    }

    /// Returns the granted scopes. `None` for session tokens and M2M tokens, which have none.
    #[must_use]
    pub fn scopes(&self) -> Option<&Scopes> {
        self.identity.scopes()
    }

    /// Returns whether the caller's session is pending: its user has tasks to finish. Only a policy
    /// with [`allow_pending`](Policy::allow_pending) admits such a caller, and
    /// [`require`](Self::require) rejects them without it.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.identity.is_pending()
    }

    /// Returns the claims. `None` for an OAuth token, and for an M2M token or API key without any.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        self.identity.claims()
    }

    /// Returns the whole verified identity.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Returns when the token expires. `None` if it does not expire. It was checked only at the
    /// start of the request: see [`long_lived_connections`](crate::guide::long_lived_connections).
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.identity.expires_at()
    }

    /// Returns when the token was verified for this request, by the clock of the `Clerk`. A job that
    /// runs later carries it as data: see [`jobs`](crate::guide::jobs).
    #[must_use]
    pub fn verified_at(&self) -> SystemTime {
        UNIX_EPOCH + self.at.since(UnixMillis(0))
    }

    /// Waits until the token would be rejected. Never completes if the token does not expire. See
    /// [`Guard::expired`].
    ///
    /// [`Guard::expired`]: crate::Guard::expired
    pub fn expired(&self) -> impl Future<Output = ()> + Send + use<> {
        expired(self.clerk.verifier().clock.clone(), self.end)
    }

    /// Requires a further policy, beside that of the guard or layer: for one tool of many, or for
    /// one route behind a layer.
    ///
    /// # Errors
    /// Returns the rejection of a guard with this policy. If scopes are missing, its challenge also
    /// names the scopes of the policies that the request passed before.
    pub fn require(&self, policy: Policy) -> Result<(), Rejection> {
        require(Some(&self.identity), &policy, &self.passed, &self.clerk.appearance())
    }

    #[cfg(feature = "ws")]
    pub(crate) fn clerk(&self) -> &Clerk {
        &self.clerk
    }

    pub(crate) fn new(admitted: &Admitted, clerk: Clerk, field: Option<HeaderValue>) -> Self {
        let (identity, passed) = (admitted.identity.clone(), admitted.passed.clone());
        let at = clerk.verifier().clock.now();
        Self { identity, clerk, field, start: admitted.start, end: admitted.end, at, passed }
    }

    /// Stores the caller whom the last guard or layer admitted.
    pub(crate) fn store(self, extensions: &mut Extensions) {
        extensions.insert(StoredIdentity::Known(self));
    }

    /// Stores that the last guard or layer admitted a request without a credential.
    pub(crate) fn store_anonymous(clerk: Clerk, policy: Policy, extensions: &mut Extensions) {
        extensions.insert(StoredIdentity::Anonymous { clerk, policy });
    }

    /// What was verified before with the same verifier and from the same field.
    pub(crate) fn reuse<'e>(
        extensions: &'e mut Extensions,
        clerk: &Clerk,
        field: &HeaderValue,
    ) -> Option<&'e mut Self> {
        let StoredIdentity::Known(known) = extensions.get_mut()? else { return None };
        let own = known.field.as_ref().filter(|own| *own == field)?;
        let now = clerk.verifier().clock.now();
        let is_early = known.start.is_some_and(|start| now < start);
        let is_same = is_of_this_request(own, field) && known.clerk.is_same_as(clerk);
        (is_same && !is_early && !is_expired(known.end, now)).then_some(known)
    }

    /// The policies that the same credential passed in this request, whichever `Clerk` decided
    /// them.
    pub(crate) fn passed_with(extensions: &Extensions, field: &HeaderValue) -> Option<Passed> {
        let StoredIdentity::Known(known) = extensions.get()? else { return None };
        let own = known.field.as_ref()?;
        (own == field && is_of_this_request(own, field)).then(|| known.passed.clone())
    }

    /// Decides a further policy of the same request.
    pub(crate) fn pass(&mut self, policy: &Policy) -> Result<Admitted, AuthError> {
        let Self { identity, clerk, start, end, passed, .. } = self;
        let hierarchy = clerk.scope_hierarchy();
        passed.permit(Some(identity), policy, hierarchy)?;
        passed.push(*policy, identity.token_type(), hierarchy);
        let (identity, passed) = (identity.clone(), passed.clone());
        Ok(Admitted { identity, start: *start, end: *end, passed })
    }
}

/// An application can carry extensions from one request to a later one, when the token can be
/// revoked or its key withdrawn. The field of that request lies elsewhere in memory. (Requests of one
/// HTTP/2 connection can share it.)
fn is_of_this_request(own: &HeaderValue, field: &HeaderValue) -> bool {
    ptr::eq(own.as_bytes(), field.as_bytes())
}

/// Decides a further policy of a request that was just admitted.
pub(crate) fn admit_further(
    extensions: &mut Extensions,
    policy: &Policy,
    hierarchy: ScopeHierarchy,
) -> Result<(), AuthError> {
    match extensions.get_mut::<StoredIdentity>() {
        Some(StoredIdentity::Known(known)) => known.pass(policy).map(drop),
        Some(StoredIdentity::Anonymous { .. }) | None => {
            permit(None, policy, hierarchy)?;
            pass_anonymously(extensions, policy, hierarchy);
            Ok(())
        }
    }
}

/// Shows the token's type only.
impl fmt::Debug for Verified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Verified({})", self.token_type())
    }
}

/// Holds a caller who is already known to a further policy.
pub(crate) fn require(
    caller: Option<&Identity>,
    policy: &Policy,
    passed: &Passed,
    appearance: &Arc<RejectionSettings>,
) -> Result<(), Rejection> {
    let hierarchy = appearance.scope_hierarchy;
    match passed.permit(caller, policy, hierarchy) {
        Ok(()) => {
            let token_type = caller.map_or(TokenType::OAuthToken, Identity::token_type);
            passed.push(*policy, token_type, hierarchy);
        }
        Err(error) => {
            let rejection = Rejection::new(&error, policy, Arc::clone(appearance), None);
            return Err(passed.complete_request(rejection));
        }
    }
    Ok(())
}
