//! The accessors of a guard. A value that can be missing has a second accessor, which returns an
//! `Option`.

use std::{future::Future, time::SystemTime};

use super::{FromClaims, Guard, Guarded, request_extension::require};
use crate::{
    guard::expiry::expired,
    identity::{
        Claims, Gives, GuardIdentity, Never, VerifiedToken,
        borrowed::IdentityRef,
        ids::{ClientId, MachineId, OrgId, SessionId, Subject, UserId},
        scopes::Scopes,
    },
    policy::Policy,
    response::rejection::Rejection,
    token::TokenType,
};

/// What the policy always gives.
impl<P: Guarded, C> Guard<P, C> {
    /// Returns the subject of the token. This method exists if the policy requires a credential.
    pub fn subject(&self) -> &Subject
    where
        P::Identity: Gives<Subject, P>,
    {
        self.identity.give()
    }

    /// Returns the type of the token. This method exists if the policy requires a credential.
    pub fn token_type(&self) -> TokenType
    where
        P::Identity: Gives<TokenType, P>,
    {
        *self.identity.give()
    }

    /// Returns the granted scopes. This method exists if only OAuth tokens and API keys are
    /// accepted.
    pub fn scopes(&self) -> &Scopes
    where
        P::Identity: Gives<Scopes, P>,
    {
        self.identity.give()
    }

    /// Returns the user ID. This method exists if only session and OAuth tokens are accepted.
    pub fn user_id(&self) -> &UserId
    where
        P::Identity: Gives<UserId, P>,
    {
        self.identity.give()
    }

    /// Returns the organization. This method exists if each clause of the policy requires one: a
    /// `role` or a `permission` does.
    pub fn org_id(&self) -> &OrgId
    where
        P::Organization: Gives<OrgId, P>,
    {
        self.organization.give()
    }

    /// Returns the OAuth client. This method exists if only OAuth tokens are accepted.
    pub fn client_id(&self) -> &ClientId
    where
        P::Identity: Gives<ClientId, P>,
    {
        self.identity.give()
    }

    /// Returns the calling machine. This method exists if only M2M tokens are accepted.
    pub fn machine_id(&self) -> &MachineId
    where
        P::Identity: Gives<MachineId, P>,
    {
        self.identity.give()
    }

    /// Returns the session. This method exists if only session tokens are accepted.
    pub fn session_id(&self) -> &SessionId
    where
        P::Identity: Gives<SessionId, P>,
    {
        self.identity.give()
    }

    /// Returns the claims as JSON. This method exists if only session tokens are accepted.
    pub fn claims(&self) -> &Claims
    where
        P::Identity: Gives<Claims, P>,
    {
        self.identity.give()
    }

    /// Returns the decoded claims. This method exists if only session tokens are accepted.
    pub fn into_claims(self) -> C
    where
        P::Identity: Gives<Claims, P>,
        C: FromClaims,
    {
        self.claims
    }
}

impl<P: Guarded, C> Guard<P, C> {
    /// Returns the subject. `None` for an anonymous request.
    pub fn maybe_subject(&self) -> Option<&Subject> {
        self.identity.token().map(VerifiedToken::subject)
    }

    /// Returns the type of the caller's token. `None` for an anonymous request.
    pub fn maybe_token_type(&self) -> Option<TokenType> {
        self.identity.token().map(VerifiedToken::token_type)
    }

    /// Returns the granted scopes. `None` if the type of the token has no scopes.
    pub fn maybe_scopes(&self) -> Option<&Scopes> {
        self.identity.token()?.maybe_scopes()
    }

    /// Returns the user ID. `None` if the caller is not a user.
    pub fn maybe_user_id(&self) -> Option<&UserId> {
        self.known()?.user_id()
    }

    /// Returns the organization: the active one of a session, the one that the user chose at consent
    /// to an OAuth token, or the owner of an API key.
    pub fn maybe_org_id(&self) -> Option<&OrgId> {
        self.known()?.org_id()
    }

    /// Returns the OAuth client. `None` if the token is not an OAuth token.
    pub fn maybe_client_id(&self) -> Option<&ClientId> {
        self.known()?.client_id()
    }

    /// Returns the machine: the sender of an M2M token, or the owner of an API key. `None` for other
    /// callers.
    pub fn maybe_machine_id(&self) -> Option<&MachineId> {
        self.known()?.machine_id()
    }

    /// Returns the session. `None` if the token is not a session token.
    pub fn maybe_session_id(&self) -> Option<&SessionId> {
        self.known()?.session_id()
    }

    /// Returns the token's claims as JSON. `None` if it has none.
    pub fn maybe_claims(&self) -> Option<&Claims> {
        self.known()?.claims()
    }

    /// Returns the decoded claims: an `Option`, if the handler declares one.
    pub fn into_maybe_claims(self) -> C
    where
        C: FromClaims,
    {
        self.claims
    }

    /// Returns the guard without the decoded claims, and the claims.
    pub fn into_parts(self) -> (Guard<P>, C)
    where
        C: FromClaims,
    {
        let Self { identity, organization, claims, appearance, clock, end, passed } = self;
        (Guard { identity, organization, claims: (), appearance, clock, end, passed }, claims)
    }

    /// Returns the whole verified identity.
    pub fn identity(&self) -> &P::Identity {
        &self.identity
    }

    /// Returns when the token expires. `None` if it does not expire, and for an anonymous request.
    /// The guard checks only at the start of a request: see
    /// [`long_lived_connections`](crate::guide::long_lived_connections).
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.identity.token()?.expires_at()
    }

    /// Waits until the token would be rejected, to close event streams and web sockets. Never
    /// completes if the token does not expire, or for an anonymous request.
    ///
    /// A JWT is rejected from its `exp` plus the [`clock_skew`](crate::ClerkBuilder::clock_skew),
    /// an opaque token from its expiration.
    ///
    /// Uses the clock of the [`Clerk`](crate::Clerk) and tokio's timer. After a suspend, or if the
    /// clock steps ahead, the future completes within a minute. A clock that steps back does not
    /// extend the time. The future holds neither the guard nor the token.
    ///
    /// ```
    /// use clerk_auth::{Guard, clerk_auth};
    ///
    /// #[clerk_auth]
    /// async fn watch(guard: Guard) -> &'static str {
    ///     tokio::select! {
    ///         () = guard.expired() => "your session is over",
    ///         () = news() => "there are news",
    ///     }
    /// }
    /// # async fn news() {}
    /// ```
    ///
    /// # Panics
    /// If awaited outside a tokio runtime with an enabled timer, like tokio itself.
    pub fn expired(&self) -> impl Future<Output = ()> + Send + use<P, C> {
        expired(self.clock.clone(), self.end)
    }

    /// Requires a further policy for a part of the handler's work.
    ///
    /// ```
    /// use axum::response::IntoResponse;
    /// use clerk_auth::{Guard, Guarded, Rejection, policy::{Clause, Policy, Requirement}};
    ///
    /// const ADMIN: Policy = Policy::new(&[Clause::OAuthToken(Requirement::Scope("admin"))]);
    ///
    /// async fn purge<P: Guarded>(guard: Guard<P>) -> Result<&'static str, Rejection> {
    ///     guard.require(ADMIN)?;
    ///     Ok("purged")
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns the rejection of a guard with this policy. If scopes are missing, its challenge also
    /// names the scopes of the policies that the request passed before.
    pub fn require(&self, policy: Policy) -> Result<(), Rejection> {
        let caller = self.known().map(IdentityRef::to_identity);
        require(caller.as_ref(), &policy, &self.passed, &self.appearance)
    }

    fn known(&self) -> Option<IdentityRef<'_>> {
        self.identity.token().map(VerifiedToken::by_ref)
    }
}

impl<I: VerifiedToken, P: Guarded<Identity = Option<I>>, C> Guard<P, C> {
    /// Returns the whole verified identity. `None` for an anonymous request. This method exists if
    /// the policy accepts anonymous requests.
    pub fn maybe_identity(&self) -> Option<&I> {
        self.identity.as_ref()
    }
}

impl<P: Guarded<Identity = Never>, C> Guard<P, C> {
    /// A value of any type, from a guard that nobody can hold. The attribute writes it where a
    /// handler has a mistake, so that only the mistake is reported.
    #[doc(hidden)]
    #[must_use]
    pub fn never<T>(&self) -> T {
        match self.identity {}
    }
}
