//! Creates the guard of a handler from a described identity, without a token and without HTTP.

use std::{borrow::Cow, sync::Arc, time::SystemTime};

use serde_json::Value;

use crate::{
    Guard, Guarded,
    clock::{Clock, UnixMillis},
    guard::{Admitted, FromClaims, Passed, permit},
    identity::{
        Actor, ApiKey, ApiKeyFacts, Claims, Identity, M2mFacts, M2mToken, OAuthFacts, OAuthToken,
        Organization, SessionFacts, SessionToken, VerifiedToken,
        ids::{ApiKeyId, ClientId, MachineId, OrgId, SessionId, Subject, UserId},
        scopes::Scopes,
    },
    policy::ScopeHierarchy,
    response::rejection::{Realm, Rejection, RejectionSettings},
};

/// A described caller, to call a guarded handler like any function.
///
/// The handler's policy decides: a rejected caller gets no guard.
///
/// ```
/// use clerk_auth::{Guard, Guarded, OAuthToken, OrgId, Policy, policy::{Clause, Requirement}};
/// use clerk_auth::testing::Caller;
///
/// enum ListNotes {}
/// impl Guarded for ListNotes {
///     const POLICY: Policy = Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))]);
///     type Identity = OAuthToken;
///     type Organization = Option<OrgId>;
/// }
///
/// let guard: Guard<ListNotes> = Caller::oauth("user_ada").scopes(["read:notes"]).guard()?;
/// assert_eq!(guard.subject().as_str(), "user_ada");
///
/// let refused = Caller::oauth("user_ada").scopes(["profile"]).guard::<ListNotes>();
/// assert_eq!(refused.unwrap_err().status(), 403);
/// # Ok::<(), clerk_auth::Rejection>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a caller does nothing before `guard`"]
pub struct Caller<I> {
    identity: I,
    scope_hierarchy: ScopeHierarchy,
}

impl Caller<SessionToken> {
    /// Describes a signed-in user, without an active organization.
    pub fn session(user: &str) -> Self {
        Self::of(SessionToken::new(SessionFacts {
            subject: Subject::User(UserId::new(user)),
            user_id: UserId::new(user),
            session_id: SessionId::new("sess_described"),
            organization: None,
            actor: None,
            is_pending: false,
            names_party: false,
            factor_ages: None,
            features: None,
            plans: None,
            claims: Claims::new("{}"),
            expires_at: UnixMillis(i64::MAX),
        }))
    }

    /// Sets the active organization, with a role such as `org:admin` and custom permissions such as
    /// `org:notes:read`.
    pub fn organization<'a>(
        mut self,
        id: &str,
        role: &str,
        permissions: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.identity.facts_mut().organization = Some(Organization {
            id: OrgId::new(id),
            slug: None,
            role: Some(role.into()),
            permissions: permissions.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// Sets the minutes since the first and the second factor were verified; −1 for none.
    pub fn factor_ages(mut self, first: i64, second: i64) -> Self {
        self.identity.facts_mut().factor_ages = Some((first, second));
        self
    }

    /// Sets the impersonator: another user who acts as this one.
    pub fn actor(mut self, user: &str) -> Self {
        self.identity.facts_mut().actor = Some(Actor::new(user));
        self
    }

    /// Makes the session pending: the user has tasks to finish first.
    pub fn pending(mut self) -> Self {
        self.identity.facts_mut().is_pending = true;
        self
    }

    /// Sets the features in the form of the claim `fea`: `o:reports,u:beta`.
    pub fn features(mut self, features: &str) -> Self {
        self.identity.facts_mut().features = Some(features.into());
        self
    }

    /// Sets the plans in the form of the claim `pla`: `u:free`.
    pub fn plans(mut self, plans: &str) -> Self {
        self.identity.facts_mut().plans = Some(plans.into());
        self
    }

    /// Sets all claims of the token.
    pub fn claims(mut self, claims: &Value) -> Self {
        self.identity.facts_mut().claims = Claims::new(&claims.to_string());
        self
    }

    /// Sets when the token expires.
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.identity.facts_mut().expires_at = time.into();
        self
    }
}

impl Caller<OAuthToken> {
    /// Describes an application that acts for a user, without scopes.
    pub fn oauth(user: &str) -> Self {
        Self::of(OAuthToken::new(OAuthFacts {
            subject: Subject::User(UserId::new(user)),
            user_id: UserId::new(user),
            client_id: ClientId::new("client_described"),
            token_id: None,
            scopes: Scopes::from_text(""),
            audience: Box::default(),
            org_id: None,
            actor: None,
            is_jwt: true,
            expires_at: None,
        }))
    }

    /// Grants these scopes.
    pub fn scopes<'a>(mut self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        self.identity.facts_mut().scopes = Scopes::from_list(scopes.into_iter().map(Cow::Borrowed));
        self
    }

    /// Sets the OAuth client.
    pub fn client_id(mut self, id: &str) -> Self {
        self.identity.facts_mut().client_id = ClientId::new(id);
        self
    }

    /// Sets the audiences of the token.
    pub fn audience<'a>(mut self, audience: impl IntoIterator<Item = &'a str>) -> Self {
        self.identity.facts_mut().audience = audience.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the organization that the user chose at consent, `org_…`.
    pub fn organization(mut self, id: &str) -> Self {
        self.identity.facts_mut().org_id = Some(OrgId::new(id));
        self
    }

    /// Makes the token opaque. Defaults to a JWT.
    pub fn opaque(mut self) -> Self {
        self.identity.facts_mut().is_jwt = false;
        self
    }

    /// Sets the party that acts for the user.
    pub fn actor(mut self, subject: &str) -> Self {
        self.identity.facts_mut().actor = Some(Actor::new(subject));
        self
    }

    /// Sets when the token expires.
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.identity.facts_mut().expires_at = Some(time.into());
        self
    }
}

impl Caller<M2mToken> {
    /// Describes another machine.
    pub fn m2m(machine: &str) -> Self {
        Self::of(M2mToken::new(M2mFacts {
            subject: Subject::Machine(MachineId::new(machine)),
            machine_id: MachineId::new(machine),
            token_id: None,
            recipients: Box::default(),
            claims: None,
            is_jwt: true,
            expires_at: None,
        }))
    }

    /// Makes the token opaque. Defaults to a JWT.
    pub fn opaque(mut self) -> Self {
        self.identity.facts_mut().is_jwt = false;
        self
    }

    /// Sets custom claims of the token.
    pub fn claims(mut self, claims: &Value) -> Self {
        self.identity.facts_mut().claims = Some(Claims::new(&claims.to_string()));
        self
    }
}

impl Caller<ApiKey> {
    /// Describes a key of a user (`user_…`), an organization (`org_…`) or a machine (`mch_…`),
    /// without scopes. Any other owner counts as a user.
    pub fn api_key(owner: &str) -> Self {
        Self::of(ApiKey::new(ApiKeyFacts {
            subject: Subject::from_id(owner).unwrap_or_else(|| Subject::User(UserId::new(owner))),
            key_id: ApiKeyId::new("ak_described"),
            name: None,
            scopes: Scopes::from_text(""),
            claims: None,
            expires_at: None,
        }))
    }

    /// Grants these scopes.
    pub fn scopes<'a>(mut self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        self.identity.facts_mut().scopes = Scopes::from_list(scopes.into_iter().map(Cow::Borrowed));
        self
    }

    /// Sets custom claims of the key.
    pub fn claims(mut self, claims: &Value) -> Self {
        self.identity.facts_mut().claims = Some(Claims::new(&claims.to_string()));
        self
    }
}

impl Caller<()> {
    /// Describes an anonymous request.
    pub fn anonymous() -> Self {
        Self::of(())
    }
}

impl<I> Caller<I> {
    const fn of(identity: I) -> Self {
        Self { identity, scope_hierarchy: ScopeHierarchy::NONE }
    }
}

impl<I: Into<Described>> Caller<I> {
    /// Sets which scopes imply others, as in your configuration.
    pub fn scope_hierarchy(mut self, hierarchy: ScopeHierarchy) -> Self {
        self.scope_hierarchy = hierarchy;
        self
    }

    /// Returns the guard that admits this caller.
    ///
    /// # Errors
    /// Returns the rejection, if the policy rejects this caller.
    pub fn guard<P: Guarded>(self) -> Result<Guard<P>, Rejection> {
        self.guard_with_claims()
    }

    /// Returns the guard that admits this caller, with the decoded claims: for a handler with a
    /// parameter `claims`.
    ///
    /// # Errors
    /// Returns the rejection, if the policy rejects this caller or the claims do not fit `C`.
    pub fn guard_with_claims<P: Guarded, C: FromClaims>(self) -> Result<Guard<P, C>, Rejection> {
        let Described(identity) = self.identity.into();
        // The realm is one that can stand in a challenge.
        let realm = Realm::new("test").unwrap_or_default();
        let appearance = Arc::new(RejectionSettings {
            realm,
            body: None,
            reveals_reasons: false,
            debugs_reasons: true,
            scope_hierarchy: self.scope_hierarchy,
            resource: None,
            instance: Arc::default(),
        });
        let permitted = permit(identity.as_ref(), &P::POLICY, self.scope_hierarchy);
        let admitted = permitted.map(|()| {
            identity.map(|identity| {
                let end = identity.by_ref().end();
                let passed = Passed::new(P::POLICY, Some(&identity), self.scope_hierarchy);
                Admitted { identity, start: None, end, passed }
            })
        });
        Guard::from_admitted(admitted, appearance, Clock::System, None)
    }
}

/// The described caller: an identity, or an anonymous request.
#[derive(Debug)]
pub struct Described(Option<Identity>);

impl From<SessionToken> for Described {
    fn from(token: SessionToken) -> Self {
        Self(Some(Identity::Session(token)))
    }
}

impl From<OAuthToken> for Described {
    fn from(token: OAuthToken) -> Self {
        Self(Some(Identity::OAuth(token)))
    }
}

impl From<M2mToken> for Described {
    fn from(token: M2mToken) -> Self {
        Self(Some(Identity::M2m(token)))
    }
}

impl From<ApiKey> for Described {
    fn from(key: ApiKey) -> Self {
        Self(Some(Identity::ApiKey(key)))
    }
}

impl From<()> for Described {
    fn from((): ()) -> Self {
        Self(None)
    }
}
