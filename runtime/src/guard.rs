//! Request parts in, a verified and permitted identity out: the whole way of a request.

use std::{fmt, sync::Arc, time::SystemTime};

use axum_core::extract::{FromRef, FromRequestParts};
use http::{Extensions, HeaderValue, request::Parts};

use crate::{
    config::Clerk,
    credential::Credential,
    error::{Failure, TokenFault},
    identity::{Identity, Never, Scoped, VerifiedToken},
    policy::Policy,
    rejection::Rejection,
    scope::Scopes,
    subject::Subject,
    token::{Decoded, Token, TokenType},
};

/// What a guard guards: a policy, and the identities that can pass it.
///
/// `#[clerk_auth]` implements it on a type that is named like the handler.
pub trait Guarded: 'static {
    /// Who may enter.
    const POLICY: Policy;

    /// What a caller who entered is: one of the four token structs where one type is accepted,
    /// else an [`Identity`].
    type Identity: VerifiedToken;
}

/// An axum extractor that lets in whom `P` lets in.
///
/// `#[clerk_auth]` puts it first in a handler's parameters, so nothing of the request is read
/// before it. It needs a [`Clerk`] in the router's state.
pub struct Guard<P: Guarded> {
    identity: P::Identity,
}

/// A verified identity that travels with the request, so that a second guard does not verify
/// again. Only this crate can make one or insert it.
#[derive(Clone)]
pub struct Verified {
    identity: Identity,
    /// What it was verified with and from: another `Clerk` or a rewritten header verifies again.
    clerk: Clerk,
    field: HeaderValue,
}

/// How a [`Verified`] lies in a request. The type is private, so no one else can insert one: an
/// identity that was kept from an earlier request would outlive its token.
#[derive(Clone)]
struct Entry(Verified);

/// The verified identity of a request that passed a guard.
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
    extensions.get::<Entry>().map(|Entry(verified)| verified.clone())
}

/// The way of a request, from its headers to an identity that may enter.
async fn admit(clerk: &Clerk, parts: &mut Parts, policy: &Policy) -> Result<Identity, Failure> {
    let Credential::Bearer { token, field } = Credential::read(&parts.headers)? else {
        return Err(Failure::Missing);
    };
    if let Some(known) = Verified::again(&parts.extensions, clerk, field) {
        policy.decide(&known)?;
        return Ok(known);
    }
    let decoded = Decoded::from_text(token).map_err(TokenFault::from)?;
    let token = Token::classify(&decoded).map_err(TokenFault::from)?;
    if !policy.accepts(token.token_type()) {
        return Err(TokenFault::NotAccepted(token.token_type()).into());
    }
    let identity = clerk.verifier().verify(&token).await?;
    policy.decide(&identity)?;
    let field = field.clone();
    let verified = Verified { identity: identity.clone(), clerk: clerk.clone(), field };
    parts.extensions.insert(Entry(verified));
    Ok(identity)
}

impl<S, P> FromRequestParts<S> for Guard<P>
where
    S: Send + Sync,
    P: Guarded,
    Clerk: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let clerk = Clerk::from_ref(state);
        let policy = P::POLICY;
        let admitted = admit(&clerk, parts, &policy).await.and_then(|identity| {
            // A policy that accepts more than its identity type has room for refuses the rest.
            let narrowed = P::Identity::narrow(&identity);
            narrowed.ok_or_else(|| TokenFault::NotAccepted(identity.token_type()).into())
        });
        match admitted {
            Ok(identity) => Ok(Self { identity }),
            Err(failure) => Err(Rejection::new(&failure, &policy, clerk.appearance())),
        }
    }
}

impl<P: Guarded> Guard<P> {
    /// Who calls.
    pub fn subject(&self) -> Subject {
        self.identity.subject().clone()
    }

    /// The type of the caller's token.
    pub fn token_type(&self) -> TokenType {
        self.identity.token_type()
    }

    /// What the caller was granted. It exists where only OAuth tokens and API keys can enter.
    pub fn scopes(&self) -> Scopes
    where
        P::Identity: Scoped,
    {
        self.identity.scopes().clone()
    }

    /// What the caller was granted; `None` where the token is of a type without scopes.
    pub fn maybe_scopes(&self) -> Option<Scopes> {
        self.identity.maybe_scopes().cloned()
    }

    /// The whole verified identity.
    pub fn identity(&self) -> &P::Identity {
        &self.identity
    }

    /// When the token ends; `None` for one that does not. The guard checks at the start of a
    /// request only: close what lives longer, such as a WebSocket, at this time.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.identity.expires_at()
    }
}

impl<P: Guarded<Identity = Never>> Guard<P> {
    /// A value of any type, from a guard that nobody can hold. The attribute writes it where a
    /// handler has a mistake, so that only the mistake is reported.
    #[doc(hidden)]
    #[must_use]
    pub fn never<T>(&self) -> T {
        match self.identity {}
    }
}

impl<P: Guarded> Clone for Guard<P> {
    fn clone(&self) -> Self {
        Self { identity: self.identity.clone() }
    }
}

/// Shows the token's type only.
impl<P: Guarded> fmt::Debug for Guard<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Guard({})", self.token_type())
    }
}

impl Verified {
    /// Who calls.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        self.identity.subject()
    }

    /// The type of the caller's token.
    #[must_use]
    pub fn token_type(&self) -> TokenType {
        self.identity.token_type()
    }

    /// The whole verified identity.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    fn again(extensions: &Extensions, clerk: &Clerk, field: &HeaderValue) -> Option<Identity> {
        let Entry(known) = extensions.get::<Entry>()?;
        let same = known.clerk.is_same_as(clerk) && known.field == *field;
        same.then(|| known.identity.clone())
    }
}

/// Shows the token's type only.
impl fmt::Debug for Verified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Verified({})", self.token_type())
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
