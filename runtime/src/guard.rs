//! Request parts in, a verified and permitted identity out: the whole way of a request.

use std::{any::TypeId, fmt, sync::Arc, time::SystemTime};

use axum_core::extract::{FromRef, FromRequestParts};
use http::{Extensions, HeaderValue, request::Parts};
use serde::de::DeserializeOwned;

use crate::{
    config::Clerk,
    credential::Credential,
    error::{Failure, TokenFault},
    identity::{
        Claims, Entrant, Identity, Never, OfClient, OfMachine, OfSession, OfUser, Scoped,
        SessionToken, VerifiedToken,
    },
    policy::Policy,
    rejection::{Appearance, Rejection},
    scope::Scopes,
    subject::{ClientId, MachineId, OrgId, SessionId, Subject, UserId},
    token::{Decoded, Token, TokenType},
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
    /// `None` for a caller without a credential.
    verified: Option<Verified>,
    /// How a later refusal looks.
    appearance: Arc<Appearance>,
}

/// A verified identity that travels with the request, so that a second guard does not verify
/// again. Only this crate can make one or insert it.
#[derive(Clone)]
pub struct Verified {
    identity: Identity,
    /// What it was verified with and from: another `Clerk` or a rewritten header verifies again.
    /// `None` for an identity that a test describes.
    origin: Option<(Clerk, HeaderValue)>,
    appearance: Arc<Appearance>,
}

/// How a [`Verified`] lies in a request. The type is private, so no one else can insert one: an
/// identity that was kept from an earlier request would outlive its token.
#[derive(Clone)]
struct Entry(Verified);

/// The verified identity of a request that passed a guard or a layer.
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

/// The way of a request, from its headers to an identity that may enter; `None` is a caller
/// without a credential, where the policy lets them enter.
pub(crate) async fn admit(
    clerk: &Clerk,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<Verified>, Failure> {
    let Credential::Bearer { token, field } = Credential::read(&parts.headers)? else {
        return permit(None, policy).map(|()| None);
    };
    if let Some(known) = Verified::again(&parts.extensions, clerk, field) {
        permit(Some(&known.identity), policy)?;
        return Ok(Some(known));
    }
    let decoded = Decoded::from_text(token).map_err(TokenFault::from)?;
    let token = Token::classify(&decoded).map_err(TokenFault::from)?;
    if !policy.accepts(token.token_type()) {
        return Err(TokenFault::NotAccepted(token.token_type()).into());
    }
    let identity = clerk.verifier().verify(&token).await?;
    permit(Some(&identity), policy)?;
    let origin = Some((clerk.clone(), field.clone()));
    let verified = Verified { identity, origin, appearance: clerk.appearance() };
    parts.extensions.insert(Entry(verified.clone()));
    Ok(Some(verified))
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
        let appearance = clerk.appearance();
        let admitted = admit(&clerk, parts, &P::POLICY).await;
        Self::from_admitted(admitted, &appearance)
    }
}

impl<P: Guarded> Guard<P> {
    pub(crate) fn from_admitted(
        admitted: Result<Option<Verified>, Failure>,
        appearance: &Arc<Appearance>,
    ) -> Result<Self, Rejection> {
        let entered = admitted.and_then(|verified| Self::enter(verified, Arc::clone(appearance)));
        entered.map_err(|failure| Rejection::new(&failure, &P::POLICY, Arc::clone(appearance)))
    }

    /// What the handler declares, out of what was admitted.
    fn enter(verified: Option<Verified>, appearance: Arc<Appearance>) -> Result<Self, Failure> {
        let known = verified.as_ref().map(|verified| &verified.identity);
        // A policy that accepts more than its identity type has room for refuses the rest.
        let identity = P::Identity::enter(known).ok_or_else(|| match known {
            Some(identity) => TokenFault::NotAccepted(identity.token_type()).into(),
            None => Failure::Missing,
        })?;
        let claims = decode_claims(known.and_then(Identity::maybe_claims))?;
        Ok(Self { identity, claims, verified, appearance })
    }
}

/// Decodes claims into the handler's own type. No claims are a JSON `null`, which an `Option`
/// takes and a struct does not; `()` asks for nothing.
fn decode_claims<C: DeserializeOwned + 'static>(claims: Option<&Claims>) -> Result<C, Failure> {
    let wanted = TypeId::of::<C>() != TypeId::of::<()>();
    let json = claims.filter(|_| wanted).map_or("null", Claims::as_json);
    serde_json::from_str(json).map_err(|_| Failure::Claims)
}

impl<P: Guarded> Guard<P>
where
    P::Identity: VerifiedToken,
{
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

    /// The user. It exists where only session and OAuth tokens can enter.
    pub fn user_id(&self) -> UserId
    where
        P::Identity: OfUser,
    {
        self.identity.user_id().clone()
    }

    /// The OAuth client. It exists where only OAuth tokens can enter.
    pub fn client_id(&self) -> ClientId
    where
        P::Identity: OfClient,
    {
        self.identity.client_id().clone()
    }

    /// The calling machine. It exists where only M2M tokens can enter.
    pub fn machine_id(&self) -> MachineId
    where
        P::Identity: OfMachine,
    {
        self.identity.machine_id().clone()
    }

    /// The session. It exists where only session tokens can enter.
    pub fn session_id(&self) -> SessionId
    where
        P::Identity: OfSession,
    {
        self.identity.session_id().clone()
    }
}

impl<P: Guarded<Identity = SessionToken>> Guard<P> {
    /// All claims of the session, as they are. It exists where only session tokens can enter.
    pub fn claims(&self) -> Claims {
        self.identity.claims().clone()
    }
}

impl<P: Guarded> Guard<P> {
    /// Who calls; `None` where nobody says.
    pub fn maybe_subject(&self) -> Option<Subject> {
        self.known().map(|identity| identity.subject().clone())
    }

    /// The type of the caller's token; `None` for a caller without one.
    pub fn maybe_token_type(&self) -> Option<TokenType> {
        self.known().map(VerifiedToken::token_type)
    }

    /// What the caller was granted; `None` where the token is of a type without scopes.
    pub fn maybe_scopes(&self) -> Option<Scopes> {
        self.known()?.maybe_scopes().cloned()
    }

    /// The user; `None` where the caller is none.
    pub fn maybe_user_id(&self) -> Option<UserId> {
        self.known()?.maybe_user_id().cloned()
    }

    /// The organization: the active one of a session, or the owner of an API key.
    pub fn maybe_org_id(&self) -> Option<OrgId> {
        self.known()?.maybe_org_id().cloned()
    }

    /// The OAuth client; `None` where the token is no OAuth token.
    pub fn maybe_client_id(&self) -> Option<ClientId> {
        self.known()?.maybe_client_id().cloned()
    }

    /// The machine; `None` where the caller is none.
    pub fn maybe_machine_id(&self) -> Option<MachineId> {
        self.known()?.maybe_machine_id().cloned()
    }

    /// The session; `None` where the token is no session token.
    pub fn maybe_session_id(&self) -> Option<SessionId> {
        self.known()?.maybe_session_id().cloned()
    }

    /// The token's claims, as they are; `None` where it carries none.
    pub fn maybe_claims(&self) -> Option<Claims> {
        self.known()?.maybe_claims().cloned()
    }

    /// The claims, decoded into the type that the policy names.
    pub fn into_claims(self) -> P::Claims {
        self.claims
    }

    /// The whole verified identity.
    pub fn identity(&self) -> P::Identity {
        self.identity.clone()
    }

    /// The whole verified identity; `None` for a caller without a credential.
    pub fn maybe_identity(&self) -> P::Identity {
        self.identity.clone()
    }

    /// When the token ends; `None` for one that does not, and for a caller without one. The
    /// guard checks at the start of a request only: close what lives longer, such as
    /// a WebSocket, at this time.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.known()?.expires_at()
    }

    /// Asks for more than the handler's own policy, for a part of what it does.
    ///
    /// ```
    /// use axum::response::IntoResponse;
    /// use clerk_auth::{Guard, Guarded, Rejection, policy::{Clause, Policy, Requirement}};
    ///
    /// const ADMIN: Policy = Policy::new(&[Clause::OAuthToken(Requirement::Scope("admin"))]);
    ///
    /// async fn purge<P: Guarded>(guard: Guard<P>) -> Result<&'static str, Rejection> {
    ///     guard.require(&ADMIN)?;
    ///     Ok("purged")
    /// }
    /// ```
    ///
    /// # Errors
    /// The refusal that a guard with this policy would answer.
    pub fn require(&self, policy: &Policy) -> Result<(), Rejection> {
        require(self.known(), policy, &self.appearance)
    }

    fn known(&self) -> Option<&Identity> {
        self.verified.as_ref().map(|verified| &verified.identity)
    }
}

/// Holds a caller who is already known to a further policy.
fn require(
    identity: Option<&Identity>,
    policy: &Policy,
    appearance: &Arc<Appearance>,
) -> Result<(), Rejection> {
    let decided = permit(identity, policy);
    decided.map_err(|failure| Rejection::new(&failure, policy, Arc::clone(appearance)))
}

/// Whether a known caller, or nobody, may pass.
pub(crate) fn permit(identity: Option<&Identity>, policy: &Policy) -> Result<(), Failure> {
    match identity {
        Some(identity) => Ok(policy.decide(identity)?),
        None if policy.is_optional() => Ok(()),
        None => Err(Failure::Missing),
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

impl<P: Guarded> Clone for Guard<P>
where
    P::Claims: Clone,
{
    fn clone(&self) -> Self {
        Self {
            identity: self.identity.clone(),
            claims: self.claims.clone(),
            verified: self.verified.clone(),
            appearance: Arc::clone(&self.appearance),
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

    /// Asks for more than the guard or layer that let the request in: for one tool of many, or
    /// one route behind a layer.
    ///
    /// # Errors
    /// The refusal that a guard with this policy would answer.
    pub fn require(&self, policy: &Policy) -> Result<(), Rejection> {
        require(Some(&self.identity), policy, &self.appearance)
    }

    fn again(extensions: &Extensions, clerk: &Clerk, field: &HeaderValue) -> Option<Self> {
        let Entry(known) = extensions.get::<Entry>()?;
        let (verifier, verified_field) = known.origin.as_ref()?;
        let same = verifier.is_same_as(clerk) && verified_field == field;
        same.then(|| known.clone())
    }

    /// An identity that no token stands behind.
    #[cfg(feature = "testing")]
    pub(crate) fn described(identity: Identity, appearance: Arc<Appearance>) -> Self {
        Self { identity, origin: None, appearance }
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
