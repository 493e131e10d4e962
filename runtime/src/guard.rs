//! Authenticates and authorizes a request, and injects the verified identity.

mod authenticate;
mod claims;
pub(crate) mod expiry;
mod has_clerk;
mod passed;
mod request_extension;
mod session_cookie;
mod values;

pub use self::{
    has_clerk::HasClerk,
    request_extension::{Verified, verified},
};

pub(crate) use self::{
    claims::FromClaims,
    passed::{Passed, reject},
    request_extension::admit_further,
};

use std::{fmt, sync::Arc};

use axum_core::extract::FromRequestParts;
use http::{Extensions, request::Parts};

use crate::{
    clerk::Clerk,
    clock::{Clock, UnixMillis},
    error::{AuthError, ErrorKind, TokenError},
    identity::{GuardIdentity, GuardOrganization, Identity, Never, OrgId, VerifiedToken},
    policy::{Policy, ScopeHierarchy},
    request::{authorization::Credential, sensitive::mark_sensitive},
    response::rejection::{Rejection, RejectionSettings},
    telemetry,
    token::TokenType,
    verify::Accepted,
};

/// A policy type: a policy, and the identities that can pass it.
///
/// `#[clerk_auth]` implements it for the policy type of a handler, and for a unit struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy type",
    label = "not a policy type",
    note = "declare one: `#[clerk_auth(…)] struct {Self};`"
)]
pub trait Guarded: 'static {
    /// Who may enter.
    const POLICY: Policy;

    /// What a caller who entered is: one of the four token structs where one type is accepted,
    /// else an [`Identity`]; in an `Option` where a request without a credential may enter.
    type Identity: GuardIdentity;

    /// [`OrgId`](crate::OrgId) if every admitted caller has an organization, else an `Option` of it.
    type Organization: GuardOrganization;
}

/// The identity of a caller with a credential.
pub type TokenOf<I> = <I as GuardIdentity>::Token;

/// The policy type of a handler whose attribute has a mistake.
#[derive(Debug)]
pub enum DenyAll {}

impl Guarded for DenyAll {
    const POLICY: Policy = Policy::DENY_ALL;
    type Identity = Never;
    type Organization = OrgId;
}

/// Rejects requests that the policy of `P` does not accept. An axum extractor.
///
/// `#[clerk_auth]` makes it the first parameter of a handler, so it runs before anything else of
/// the request is read. The router's state must provide a [`Clerk`].
///
/// Claims are decoded into `C`; `()` decodes nothing.
pub struct Guard<P: Guarded, C = ()> {
    identity: P::Identity,
    organization: P::Organization,
    claims: C,
    /// How a later refusal looks.
    appearance: Arc<RejectionSettings>,
    /// Which time ends the token.
    clock: Clock,
    /// The moment from which the token is rejected.
    end: Option<UnixMillis>,
    passed: Passed,
}

/// A caller whom a policy admitted.
pub(crate) struct Admitted {
    pub(crate) identity: Identity,
    /// The moment before which the token is rejected.
    pub(crate) start: Option<UnixMillis>,
    /// The moment from which the token is rejected.
    pub(crate) end: Option<UnixMillis>,
    /// The policies that the request passed so far.
    pub(crate) passed: Passed,
}

/// The way of a request, from its headers to an identity that may enter; `None` is an anonymous
/// request, if the policy accepts those.
pub(crate) async fn admit(
    clerk: Clerk,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<Admitted>, AuthError> {
    mark_sensitive(&mut parts.headers);
    let mut passed = None;
    let (known, field) = match Credential::read(&parts.headers)? {
        Credential::Bearer { token, field } => {
            if let Some(known) = Verified::reuse(&mut parts.extensions, &clerk, field) {
                return known.pass(policy).map(Some);
            }
            let known = verify(&clerk, token, policy).await?;
            passed = Verified::passed_with(&parts.extensions, field);
            (Some(known), Some(field.clone()))
        }
        Credential::None if policy.accepts(TokenType::SessionToken) => {
            // On the heap, so that the future of a request with a header stays small.
            (Box::pin(session_cookie::authenticate(&clerk, parts, policy)).await?, None)
        }
        Credential::None => (None, None),
    };
    let admitted = decide(known, policy, &clerk, passed)?;
    let Some(admitted) = admitted else {
        passed::pass_anonymously(&mut parts.extensions, policy, clerk.scope_hierarchy());
        Verified::store_anonymous(clerk, *policy, &mut parts.extensions);
        return Ok(None);
    };
    Verified::new(&admitted, clerk, field).store(&mut parts.extensions);
    Ok(Some(admitted))
}

/// Admits a bearer token that came without a request.
pub(crate) async fn admit_token(
    clerk: &Clerk,
    token: &[u8],
    policy: &Policy,
) -> Result<Admitted, AuthError> {
    if token.is_empty() {
        return Err(ErrorKind::Missing.into());
    }
    let known = verify(clerk, token, policy).await?;
    decide(Some(known), policy, clerk, None)?.ok_or_else(|| ErrorKind::Missing.into())
}

/// Verifies a bearer token of a type that the policy accepts.
async fn verify(clerk: &Clerk, token: &[u8], policy: &Policy) -> Result<Accepted, AuthError> {
    clerk.verifier().verify(token, |presented| policy.accepts_presented(presented)).await
}

/// Decides the policy. `passed` are the policies that another `Clerk` decided for this credential.
fn decide(
    known: Option<Accepted>,
    policy: &Policy,
    clerk: &Clerk,
    passed: Option<Passed>,
) -> Result<Option<Admitted>, AuthError> {
    let hierarchy = clerk.scope_hierarchy();
    let Some(Accepted { identity, start, end }) = known else {
        return permit(None, policy, hierarchy).map(|()| None);
    };
    let passed = if let Some(passed) = passed {
        passed.permit(Some(&identity), policy, hierarchy)?;
        passed.push(*policy, identity.token_type(), hierarchy);
        passed
    } else {
        permit(Some(&identity), policy, hierarchy)?;
        Passed::new(*policy, Some(&identity), hierarchy)
    };
    Ok(Some(Admitted { identity, start, end, passed }))
}

impl<S, P, C> FromRequestParts<S> for Guard<P, C>
where
    S: Send + Sync,
    P: Guarded,
    C: FromClaims,
    S: HasClerk,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let guard = Self::take(state.clerk(), parts).await?;
        telemetry::admitted(guard.maybe_token_type());
        Ok(guard)
    }
}

impl<P: Guarded, C: FromClaims> Guard<P, C> {
    pub(crate) async fn take(clerk: Clerk, parts: &mut Parts) -> Result<Self, Rejection> {
        let (appearance, clock) = (clerk.appearance(), clerk.verifier().clock.clone());
        let admitted = admit(clerk, parts, &P::POLICY).await;
        Self::from_admitted(admitted, appearance, clock, Some(&parts.extensions))
    }

    pub(crate) fn from_admitted(
        admitted: Result<Option<Admitted>, AuthError>,
        appearance: Arc<RejectionSettings>,
        clock: Clock,
        extensions: Option<&Extensions>,
    ) -> Result<Self, Rejection> {
        let hierarchy = appearance.scope_hierarchy;
        let guard = admitted.and_then(|admitted| {
            let (caller, end, passed) = if let Some(admitted) = admitted {
                (Some(admitted.identity), admitted.end, admitted.passed)
            } else {
                let passed = extensions.and_then(passed::passed_anonymously);
                let own = || Passed::new(P::POLICY, None, hierarchy);
                (None, None, passed.unwrap_or_else(own))
            };
            Ok((Self::enter(caller)?, end, passed))
        });
        match guard {
            Ok(((identity, organization, claims), end, passed)) => {
                Ok(Self { identity, organization, claims, appearance, clock, end, passed })
            }
            Err(error) => Err(reject(&error, &P::POLICY, appearance, extensions)),
        }
    }

    /// What the handler declares, out of who was admitted.
    fn enter(caller: Option<Identity>) -> Result<(P::Identity, P::Organization, C), AuthError> {
        let token_type = caller.as_ref().map(Identity::token_type);
        let error = |failure: ErrorKind| AuthError::of_known(failure, token_type);
        let not_accepted = || match token_type {
            Some(token_type) => error(TokenError::NotAccepted(token_type).into()),
            None => error(ErrorKind::Missing),
        };
        let claims = C::from_claims(caller.as_ref().and_then(Identity::claims));
        // A policy that accepts more than its types have room for rejects the rest.
        let organization = P::Organization::of(caller.as_ref()).ok_or_else(not_accepted)?;
        let identity = P::Identity::enter(caller).ok_or_else(not_accepted)?;
        Ok((identity, organization, claims.map_err(|mismatch| error(mismatch.into()))?))
    }
}

/// Decides the policy for a caller, or for an anonymous request.
pub(crate) fn permit(
    identity: Option<&Identity>,
    policy: &Policy,
    hierarchy: ScopeHierarchy,
) -> Result<(), AuthError> {
    match identity {
        Some(known) => {
            let error = |denial| AuthError::of_known(denial, Some(known.token_type()));
            policy.decide(known, hierarchy).map_err(error)
        }
        None if policy.is_optional() => Ok(()),
        None => Err(ErrorKind::Missing.into()),
    }
}

impl<P: Guarded, C: Clone> Clone for Guard<P, C> {
    fn clone(&self) -> Self {
        Self {
            identity: self.identity.clone(),
            organization: self.organization.clone(),
            claims: self.claims.clone(),
            appearance: Arc::clone(&self.appearance),
            clock: self.clock.clone(),
            end: self.end,
            passed: self.passed.clone(),
        }
    }
}

/// Shows the token's type only.
impl<P: Guarded, C> fmt::Debug for Guard<P, C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.maybe_token_type() {
            Some(token_type) => write!(formatter, "Guard({token_type})"),
            None => formatter.write_str("Guard(anonymous)"),
        }
    }
}
