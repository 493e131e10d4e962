//! Verified identities: one struct for each class of token, and an enum of all four.
//!
//! Only the verifier creates a value of these types, from a verified token.

pub(crate) mod actor;
pub(crate) mod borrowed;
pub(crate) mod claims;
pub(crate) mod ids;
pub(crate) mod organization;
pub(crate) mod scopes;
pub(crate) mod traits;

use std::{sync::Arc, time::Duration};

use crate::clock::UnixMillis;

pub use self::{
    actor::Actor,
    claims::Claims,
    ids::{ApiKeyId, ClientId, MachineId, OrgId, SessionId, Subject, TokenId, UserId},
    organization::Organization,
    scopes::{Scope, Scopes, ScopesIter},
    traits::{Gives, GuardIdentity, GuardOrganization, VerifiedToken},
};

/// A verified session of a signed-in user. Cloning is cheap.
#[derive(Clone)]
pub struct SessionToken(pub(crate) Arc<SessionFacts>);

#[derive(Clone)]
pub(crate) struct SessionFacts {
    pub(crate) subject: Subject,
    pub(crate) user_id: UserId,
    pub(crate) session_id: SessionId,
    pub(crate) organization: Option<Organization>,
    pub(crate) actor: Option<Actor>,
    pub(crate) is_pending: bool,
    /// Whether the token has the claim `azp`.
    pub(crate) names_party: bool,
    pub(crate) factor_ages: Option<(i64, i64)>,
    pub(crate) features: Option<Box<str>>,
    pub(crate) plans: Option<Box<str>>,
    pub(crate) claims: Claims,
    pub(crate) expires_at: UnixMillis,
}

/// The time since each factor of a session was verified, in whole minutes. `None` for a factor that
/// is not enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FactorAges {
    /// The age of the first factor.
    pub first_factor: Option<Duration>,
    /// The age of the second factor.
    pub second_factor: Option<Duration>,
}

/// A verified OAuth 2 access token: an application that acts for a user. Cloning is cheap.
#[derive(Clone)]
pub struct OAuthToken(pub(crate) Arc<OAuthFacts>);

#[derive(Clone)]
pub(crate) struct OAuthFacts {
    pub(crate) subject: Subject,
    pub(crate) user_id: UserId,
    pub(crate) client_id: ClientId,
    pub(crate) token_id: Option<TokenId>,
    pub(crate) scopes: Scopes,
    pub(crate) audience: Box<[Box<str>]>,
    pub(crate) org_id: Option<OrgId>,
    pub(crate) actor: Option<Actor>,
    pub(crate) is_jwt: bool,
    pub(crate) expires_at: Option<UnixMillis>,
}

/// A verified token from another machine. Cloning is cheap.
#[derive(Clone)]
pub struct M2mToken(pub(crate) Arc<M2mFacts>);

#[derive(Clone)]
pub(crate) struct M2mFacts {
    pub(crate) subject: Subject,
    pub(crate) machine_id: MachineId,
    pub(crate) token_id: Option<TokenId>,
    pub(crate) recipients: Box<[MachineId]>,
    pub(crate) claims: Option<Claims>,
    pub(crate) is_jwt: bool,
    pub(crate) expires_at: Option<UnixMillis>,
}

/// A verified API key of a user, an organization or a machine. Cloning is cheap.
#[derive(Clone)]
pub struct ApiKey(pub(crate) Arc<ApiKeyFacts>);

#[derive(Clone)]
pub(crate) struct ApiKeyFacts {
    pub(crate) subject: Subject,
    pub(crate) key_id: ApiKeyId,
    pub(crate) name: Option<Box<str>>,
    pub(crate) scopes: Scopes,
    pub(crate) claims: Option<Claims>,
    pub(crate) expires_at: Option<UnixMillis>,
}

/// A verified identity of one of several classes.
///
/// Each parameter is the content of one class. A class that a policy does not accept has [`Never`].
/// A `match` by value needs no arm for it, and accessors have no impossible cases:
///
/// ```
/// use clerk_auth::{ApiKey, Identity, OAuthToken, identity::Never};
///
/// fn caller(identity: Identity<Never, OAuthToken, Never, ApiKey>) -> String {
///     match identity {
///         Identity::OAuth(token) => format!("application {}", token.client_id()),
///         Identity::ApiKey(key) => format!("key {}", key.key_id()),
///     }
/// }
/// ```
///
/// The enum is exhaustive on purpose: a fifth class requires a decision in each `match`.
#[derive(Clone)]
pub enum Identity<S = SessionToken, O = OAuthToken, M = M2mToken, A = ApiKey> {
    /// A user's session.
    Session(S),
    /// An application that acts for a user.
    OAuth(O),
    /// Another machine.
    M2m(M),
    /// A key of a user or an organization.
    ApiKey(A),
}

/// The content of a class that is not accepted. It has no values.
#[derive(Clone, Copy, Debug)]
pub enum Never {}

impl SessionToken {
    /// Returns the user ID.
    #[must_use]
    pub fn user_id(&self) -> &UserId {
        &self.0.user_id
    }

    /// Returns the session ID.
    #[must_use]
    pub fn session_id(&self) -> &SessionId {
        &self.0.session_id
    }

    /// Returns the active organization of the session. `None` without one.
    #[must_use]
    pub fn organization(&self) -> Option<&Organization> {
        self.0.organization.as_ref()
    }

    /// Returns the impersonator, if someone impersonates the user.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        self.0.actor.as_ref()
    }

    /// Returns whether the session is pending: its user has tasks to finish, such as choosing an
    /// organization. Only a policy with [`allow_pending`](crate::Policy::allow_pending) admits it.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.0.is_pending
    }

    /// Returns how long ago the user's factors were verified. `None` if the token has no factor
    /// ages.
    #[must_use]
    pub fn factor_ages(&self) -> Option<FactorAges> {
        let (first_factor, second_factor) = self.0.factor_ages?;
        // The claim says −1 for a factor that is not enrolled.
        let age = |minutes| u64::try_from(minutes).ok().map(|it| Duration::from_secs(60 * it));
        Some(FactorAges { first_factor: age(first_factor), second_factor: age(second_factor) })
    }

    /// Returns all claims of the token, including custom claims.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }
}

impl OAuthToken {
    /// Returns the user for whom the application acts.
    #[must_use]
    pub fn user_id(&self) -> &UserId {
        &self.0.user_id
    }

    /// Returns the OAuth client.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.0.client_id
    }

    /// Returns the ID of the token, if it has one.
    #[must_use]
    pub fn token_id(&self) -> Option<&TokenId> {
        self.0.token_id.as_ref()
    }

    /// Returns the scopes that the user granted to the application.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.0.scopes
    }

    /// Returns the organization that the user chose at consent, if the scope `user:org:read` was
    /// granted. It does not prove that the user is a member now.
    #[must_use]
    pub fn org_id(&self) -> Option<&OrgId> {
        self.0.org_id.as_ref()
    }

    /// Returns the acting party, if the token was delegated or the user is impersonated.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        self.0.actor.as_ref()
    }

    /// Returns whether the token is a JWT. An opaque token was verified with the Backend API.
    #[must_use]
    pub fn is_jwt(&self) -> bool {
        self.0.is_jwt
    }

    /// Returns the audiences of the token (RFC 9068 §2.2). Empty if it has none.
    pub fn audience(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.audience.iter().map(AsRef::as_ref)
    }
}

impl M2mToken {
    /// Returns the calling machine.
    #[must_use]
    pub fn machine_id(&self) -> &MachineId {
        &self.0.machine_id
    }

    /// Returns the ID of the token, if it has one.
    #[must_use]
    pub fn token_id(&self) -> Option<&TokenId> {
        self.0.token_id.as_ref()
    }

    /// Returns whether the token is a JWT. An opaque token was verified with the Backend API.
    #[must_use]
    pub fn is_jwt(&self) -> bool {
        self.0.is_jwt
    }

    /// Returns the machines that can receive the token. Clerk calls them its scopes.
    #[must_use]
    pub fn recipients(&self) -> impl ExactSizeIterator<Item = &MachineId> {
        self.0.recipients.iter()
    }

    /// Returns the custom claims of the token, if it has any.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        self.0.claims.as_ref()
    }
}

impl ApiKey {
    /// Returns the ID of the key, `ak_…`. It is not the secret.
    #[must_use]
    pub fn key_id(&self) -> &ApiKeyId {
        &self.0.key_id
    }

    /// Returns the name of the key, if the owner set one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Returns the scopes of the key.
    #[must_use]
    pub fn scopes(&self) -> &Scopes {
        &self.0.scopes
    }

    /// Returns the custom claims of the key, if it has any.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        self.0.claims.as_ref()
    }
}

/// What only some classes of token have.
impl Identity {
    /// Returns the user ID. `None` for a machine, and for an API key of an organization.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        self.by_ref().user_id()
    }

    /// Returns the organization: the active one of a session, the one that the user chose at
    /// consent for an OAuth token, or the owner of an API key.
    #[must_use]
    pub fn org_id(&self) -> Option<&OrgId> {
        self.by_ref().org_id()
    }

    /// Returns the OAuth client. `None` if the token is not an OAuth token.
    #[must_use]
    pub fn client_id(&self) -> Option<&ClientId> {
        self.by_ref().client_id()
    }

    /// Returns the machine. `None` if the caller is not a machine.
    #[must_use]
    pub fn machine_id(&self) -> Option<&MachineId> {
        self.by_ref().machine_id()
    }

    /// Returns the session. `None` if the token is not a session token.
    #[must_use]
    pub fn session_id(&self) -> Option<&SessionId> {
        self.by_ref().session_id()
    }

    /// Returns the party that acts on behalf of the user: for a session or an OAuth token with the
    /// claim `act`.
    #[must_use]
    pub fn actor(&self) -> Option<&Actor> {
        self.by_ref().actor()
    }

    /// Returns whether this is a pending session: see [`SessionToken::is_pending`].
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.by_ref().is_pending()
    }

    /// Whether the token is a JWT.
    pub(crate) fn is_jwt(&self) -> bool {
        self.by_ref().is_jwt()
    }

    /// Returns the granted scopes. `None` for session tokens and M2M tokens, which have none.
    #[must_use]
    pub fn scopes(&self) -> Option<&Scopes> {
        self.by_ref().scopes()
    }

    /// Returns the claims. `None` for an OAuth token, and for an M2M token or API key without any.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        self.by_ref().claims()
    }
}
