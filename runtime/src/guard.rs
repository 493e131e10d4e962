//! Request parts in, a verified and permitted identity out: the whole way of a request.

mod claims;
mod values;
mod verified;

pub use self::verified::{Verified, verified};

pub(crate) use self::verified::require;

use std::{fmt, sync::Arc};

use axum_core::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{
    clock::Clock,
    config::Clerk,
    credential::Credential,
    error::{Failure, Refused, TokenFault},
    fields::mark_sensitive,
    identity::{Entrant, Identity, VerifiedToken},
    observe,
    policy::{Policy, ScopeHierarchy},
    rejection::{Appearance, Rejection},
    token::TokenType,
};

/// What a guard guards: a policy, and the identities that can pass it.
///
/// `#[clerk_auth]` implements it on a type that is named like the handler.
pub trait Guarded: 'static {
    /// Who may enter.
    const POLICY: Policy;

    /// What a caller who entered is: one of the four token structs where one type is accepted,
    /// else an [`Identity`]; in an `Option` where a request without a credential may enter.
    type Identity: Entrant;

    /// What the claims are decoded into: your own type, an `Option` of it where a caller can be
    /// without claims, or `()` where nothing is decoded.
    type Claims: DeserializeOwned + Send + Sync + 'static;
}

/// An axum extractor that lets in whom `P` lets in.
///
/// `#[clerk_auth]` puts it first in a handler's parameters, so nothing of the request is read
/// before it. It needs a [`Clerk`] in the router's state.
pub struct Guard<P: Guarded> {
    identity: P::Identity,
    claims: P::Claims,
    /// How a later refusal looks.
    appearance: Arc<Appearance>,
    /// Which time ends the token.
    clock: Clock,
}

/// The way of a request, from its headers to an identity that may enter; `None` is a caller
/// without a credential, where the policy lets them enter.
pub(crate) async fn admit(
    clerk: Clerk,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<Identity>, Refused> {
    mark_sensitive(&mut parts.headers);
    let (known, field) = match Credential::read(&parts.headers)? {
        Credential::Bearer { token, field } => {
            if let Some(known) = Verified::again(&parts.extensions, &clerk, field) {
                permit(Some(&known), policy, clerk.scope_hierarchy())?;
                return Ok(Some(known));
            }
            let accepts = |token_type| policy.accepts(token_type);
            let identity = clerk.verifier().verify(token, accepts).await?;
            (Some(identity), Some(field.clone()))
        }
        Credential::None if policy.accepts(TokenType::SessionToken) => {
            // On the heap, so that the future of a request with a header stays small.
            (Box::pin(read_cookie(&clerk, parts)).await?, None)
        }
        Credential::None => (None, None),
    };
    permit(known.as_ref(), policy, clerk.scope_hierarchy())?;
    let verified = known.clone().map(|identity| Verified::new(identity, clerk, field));
    Verified::travel(verified, &mut parts.extensions);
    Ok(known)
}

/// The session of a cookie, if there is one that speaks for the caller.
async fn read_cookie(clerk: &Clerk, parts: &Parts) -> Result<Option<Identity>, Refused> {
    let now = clerk.verifier().clock.now();
    let cookie = clerk.cookies().token(&parts.headers, now).map_err(TokenFault::from)?;
    let Some(cookie) = cookie else { return Ok(None) };
    cookie.check_age().map_err(TokenFault::from)?;
    clerk.cookies().check_site(parts)?;
    // No other class of token is read from a cookie, whatever the policy accepts.
    let accepts = |token_type| token_type == TokenType::SessionToken;
    clerk.verifier().verify(cookie.token.as_bytes(), accepts).await.map(Some)
}

impl<S, P> FromRequestParts<S> for Guard<P>
where
    S: Send + Sync,
    P: Guarded,
    Clerk: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let guard = Self::take(Clerk::from_ref(state), parts).await?;
        observe::entered(guard.maybe_token_type());
        Ok(guard)
    }
}

impl<P: Guarded> Guard<P> {
    pub(crate) async fn take(clerk: Clerk, parts: &mut Parts) -> Result<Self, Rejection> {
        let (appearance, clock) = (clerk.appearance(), clerk.verifier().clock.clone());
        let admitted = admit(clerk, parts, &P::POLICY).await;
        Self::from_admitted(admitted, appearance, clock)
    }

    pub(crate) fn from_admitted(
        admitted: Result<Option<Identity>, Refused>,
        appearance: Arc<Appearance>,
        clock: Clock,
    ) -> Result<Self, Rejection> {
        match admitted.and_then(Self::enter) {
            Ok((identity, claims)) => Ok(Self { identity, claims, appearance, clock }),
            Err(refused) => Err(Rejection::new(&refused, &P::POLICY, appearance)),
        }
    }

    /// What the handler declares, out of who was admitted.
    fn enter(caller: Option<Identity>) -> Result<(P::Identity, P::Claims), Refused> {
        let token_type = caller.as_ref().map(Identity::token_type);
        let refused = |failure: Failure| Refused::of_known(failure, token_type);
        let claims = claims::wanted::<P::Claims>(caller.as_ref());
        // A policy that accepts more than its identity type has room for refuses the rest.
        let identity = P::Identity::enter(caller).ok_or_else(|| match token_type {
            Some(token_type) => refused(TokenFault::NotAccepted(token_type).into()),
            None => refused(Failure::Missing),
        })?;
        Ok((identity, claims::decode(claims).map_err(|mismatch| refused(mismatch.into()))?))
    }
}

/// Whether a known caller, or nobody, may pass.
pub(crate) fn permit(
    identity: Option<&Identity>,
    policy: &Policy,
    hierarchy: ScopeHierarchy,
) -> Result<(), Refused> {
    match identity {
        Some(known) => {
            let refused = |denial| Refused::of_known(denial, Some(known.token_type()));
            policy.decide(known, hierarchy).map_err(refused)
        }
        None if policy.is_optional() => Ok(()),
        None => Err(Failure::Missing.into()),
    }
}

impl<P: Guarded> Clone for Guard<P>
where
    P::Claims: Clone,
{
    fn clone(&self) -> Self {
        Self {
            identity: self.identity.clone(),
            claims: self.claims.clone(),
            appearance: Arc::clone(&self.appearance),
            clock: self.clock.clone(),
        }
    }
}

/// Shows the token's type only.
impl<P: Guarded> fmt::Debug for Guard<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.maybe_token_type() {
            Some(token_type) => write!(formatter, "Guard({token_type})"),
            None => formatter.write_str("Guard(nobody)"),
        }
    }
}

/// Users cannot write this one themselves: neither `FromRef` nor `Arc` is theirs.
impl<S> FromRef<Arc<S>> for Clerk
where
    Clerk: FromRef<S>,
{
    fn from_ref(state: &Arc<S>) -> Self {
        Self::from_ref(state.as_ref())
    }
}
