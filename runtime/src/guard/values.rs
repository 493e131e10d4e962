//! What a guard gives to its handler: each value has one accessor, and where it is not always there
//! a second one that says so.

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
    /// Returns the subject: whom the token speaks for. It exists if a request needs a credential.
    pub fn subject(&self) -> &Subject
    where
        P::Identity: Gives<Subject, P>,
    {
        self.identity.give()
    }

    /// Returns the type of the token. It exists if a request needs a credential.
    pub fn token_type(&self) -> TokenType
    where
        P::Identity: Gives<TokenType, P>,
    {
        *self.identity.give()
    }

    /// Returns what the caller was granted. It exists if only OAuth tokens and API keys are accepted.
    pub fn scopes(&self) -> &Scopes
    where
        P::Identity: Gives<Scopes, P>,
    {
        self.identity.give()
    }

    /// Returns the user ID. It exists if only session and OAuth tokens are accepted.
    pub fn user_id(&self) -> &UserId
    where
        P::Identity: Gives<UserId, P>,
    {
        self.identity.give()
    }

    /// Returns the organization. It exists if each clause of the policy requires one: a `role` or a
    /// `permission` does.
    pub fn org_id(&self) -> &OrgId
    where
        P::Organization: Gives<OrgId, P>,
    {
        self.organization.give()
    }

    /// Returns the OAuth client. It exists if only OAuth tokens are accepted.
    pub fn client_id(&self) -> &ClientId
    where
        P::Identity: Gives<ClientId, P>,
    {
        self.identity.give()
    }

    /// Returns the calling machine. It exists if only M2M tokens are accepted.
    pub fn machine_id(&self) -> &MachineId
    where
        P::Identity: Gives<MachineId, P>,
    {
        self.identity.give()
    }

    /// Returns the session. It exists if only session tokens are accepted.
    pub fn session_id(&self) -> &SessionId
    where
        P::Identity: Gives<SessionId, P>,
    {
        self.identity.give()
    }

    /// Returns the claims as they are. It exists if only session tokens are accepted.
    pub fn claims(&self) -> &Claims
    where
        P::Identity: Gives<Claims, P>,
    {
        self.identity.give()
    }

    /// Returns the decoded claims. It exists if only session tokens are accepted.
    pub fn into_claims(self) -> C
    where
        P::Identity: Gives<Claims, P>,
        C: FromClaims,
    {
        self.claims
    }
}

impl<P: Guarded, C> Guard<P, C> {
    /// Who calls; `None` where nobody says.
    pub fn maybe_subject(&self) -> Option<&Subject> {
        self.identity.token().map(VerifiedToken::subject)
    }

    /// The type of the caller's token; `None` for a caller without one.
    pub fn maybe_token_type(&self) -> Option<TokenType> {
        self.identity.token().map(VerifiedToken::token_type)
    }

    /// What the caller was granted; `None` where the token is of a type without scopes.
    pub fn maybe_scopes(&self) -> Option<&Scopes> {
        self.identity.token()?.maybe_scopes()
    }

    /// The user; `None` where the caller is none.
    pub fn maybe_user_id(&self) -> Option<&UserId> {
        self.known()?.user_id()
    }

    /// Returns the organization: the active one of a session, the one that the user chose at consent
    /// to an OAuth token, or the owner of an API key.
    pub fn maybe_org_id(&self) -> Option<&OrgId> {
        self.known()?.org_id()
    }

    /// The OAuth client; `None` where the token is no OAuth token.
    pub fn maybe_client_id(&self) -> Option<&ClientId> {
        self.known()?.client_id()
    }

    /// Returns the machine: the sender of an M2M token, or the owner of an API key. `None` for other
    /// callers.
    pub fn maybe_machine_id(&self) -> Option<&MachineId> {
        self.known()?.machine_id()
    }

    /// The session; `None` where the token is no session token.
    pub fn maybe_session_id(&self) -> Option<&SessionId> {
        self.known()?.session_id()
    }

    /// The token's claims, as they are; `None` where it carries none.
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

    /// The whole verified identity.
    pub fn identity(&self) -> &P::Identity {
        &self.identity
    }

    /// When the token ends; `None` for one that does not, and for a caller without one. The
    /// guard checks at the start of a request only: see
    /// [`long_lived_connections`](crate::guide::long_lived_connections).
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.identity.token()?.expires_at()
    }

    /// Waits until the token would be rejected, to close what lives longer than a request: a stream of
    /// events, a web socket. It waits for ever for a token that does not end, and for a caller
    /// without one.
    ///
    /// A JWT is rejected from its end plus the [`clock_skew`](crate::ClerkBuilder::clock_skew), an
    /// opaque token from its expiration.
    ///
    /// It runs on the clock of the [`Clerk`](crate::Clerk), and on tokio's timer. Should this
    /// machine sleep, or its clock step ahead, it is ready within a minute of waking; a clock that
    /// steps back gives nobody more time. The future keeps neither the guard nor the token.
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
    /// Where it is awaited outside a tokio runtime with its timer on, like tokio itself.
    pub fn expired(&self) -> impl Future<Output = ()> + Send + use<P, C> {
        expired(self.clock.clone(), self.end)
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
    ///     guard.require(ADMIN)?;
    ///     Ok("purged")
    /// }
    /// ```
    ///
    /// # Errors
    /// The rejection that a guard with this policy would answer. If scopes are missing, its
    /// challenge also names the scopes of the policies that the request passed before.
    pub fn require(&self, policy: Policy) -> Result<(), Rejection> {
        let caller = self.known().map(IdentityRef::to_identity);
        require(caller.as_ref(), &policy, &self.passed, &self.appearance)
    }

    fn known(&self) -> Option<IdentityRef<'_>> {
        self.identity.token().map(VerifiedToken::by_ref)
    }
}

impl<I: VerifiedToken, P: Guarded<Identity = Option<I>>, C> Guard<P, C> {
    /// The whole verified identity; `None` for a caller without a credential. It exists where
    /// such callers can enter.
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
