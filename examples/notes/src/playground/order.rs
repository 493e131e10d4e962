//! Mints the token that the reader of the page chose.

use clerk_auth::testing::{DevIssuer, SessionTokenBuilder};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const ADA: &str = "user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG";
const ACME: &str = "org_2zQ8nB6uLyXd3ScP9wJfMtRhGkC";
const BILLING: &str = "mch_2zQ8qH1aQdDi9XiV5bPkTzYnMpI";

/// Where tokens come from.
pub(super) struct Issuers {
    pub(super) ours: DevIssuer,
    /// Another Clerk instance: the routes reject its tokens.
    pub(super) other: DevIssuer,
}

/// A token that the reader wants. Lists are separated by spaces.
#[derive(Deserialize)]
pub(super) struct Order {
    kind: Kind,
    state: TokenState,
    /// Of OAuth tokens and API keys.
    #[serde(default)]
    scopes: String,
    /// In the active organization of a session. Without a role, no organization is active.
    #[serde(default)]
    role: String,
    /// In that organization, such as `org:notes:delete`.
    #[serde(default)]
    permissions: String,
    /// Since the user of a session was verified.
    #[serde(default)]
    minutes: u32,
}

/// Why a token cannot be minted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum MintError {
    /// That kind has no such state.
    State,
    /// The dev issuer writes permissions as `org:feature:permission` only.
    Permission,
    /// A permission belongs to an organization, and a role makes one active.
    Role,
}

impl MintError {
    pub(super) const fn message(&self) -> &'static str {
        match self {
            Self::State => "A token of this type is never in that state.",
            Self::Permission => "Write each permission as org:notes:delete, with spaces between.",
            Self::Role => "Permissions need a role: write one, such as org:editor.",
        }
    }
}

/// A type of token, and its form where it has two.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Session,
    #[serde(rename = "oauth_jwt")]
    OAuthJwt,
    #[serde(rename = "oauth_opaque")]
    OAuthOpaque,
    M2mJwt,
    M2mOpaque,
    ApiKey,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TokenState {
    Good,
    Expired,
    Revoked,
    Forged,
    OfAnotherInstance,
    Pending,
    FromTemplate,
}

impl Order {
    /// Returns the token.
    ///
    /// # Errors
    /// If the dev issuer has no such token.
    pub(super) fn mint(&self, issuers: &Issuers) -> Result<String, MintError> {
        if !self.kind.states().contains(&self.state) {
            return Err(MintError::State);
        }
        let of_another = self.state == TokenState::OfAnotherInstance;
        let issuer = if of_another { &issuers.other } else { &issuers.ours };
        let token = self.draft(issuer)?;
        match self.state {
            TokenState::Forged => Ok(with_another_signature(&token)),
            TokenState::Revoked if !issuer.revoke(&token) => Err(MintError::State),
            _ => Ok(token),
        }
    }

    fn draft(&self, issuer: &DevIssuer) -> Result<String, MintError> {
        let expired = self.state == TokenState::Expired;
        let scopes = || self.scopes.split_whitespace().map(str::to_owned);
        Ok(match self.kind {
            Kind::Session if self.state == TokenState::FromTemplate => issuer.template(ADA).jwt(),
            Kind::Session => {
                let session = self.with_organization(issuer.session(ADA))?;
                let session = session.factor_ages(self.minutes.into(), -1);
                let session = if expired { session.expired() } else { session };
                let pending = self.state == TokenState::Pending;
                if pending { session.pending().jwt() } else { session.jwt() }
            }
            Kind::OAuthJwt | Kind::OAuthOpaque => {
                let access = issuer.oauth(ADA).scopes(scopes());
                let access = if expired { access.expired() } else { access };
                if self.kind == Kind::OAuthJwt { access.jwt() } else { access.opaque() }
            }
            Kind::M2mJwt | Kind::M2mOpaque => {
                let machine = issuer.m2m(BILLING);
                let machine = if expired { machine.expired() } else { machine };
                if self.kind == Kind::M2mJwt { machine.jwt() } else { machine.opaque() }
            }
            Kind::ApiKey => {
                let key = issuer.api_key(ACME).scopes(scopes());
                if expired { key.expired().opaque() } else { key.opaque() }
            }
        })
    }

    fn with_organization(
        &self,
        session: SessionTokenBuilder,
    ) -> Result<SessionTokenBuilder, MintError> {
        let (role, permissions) = (self.role.trim(), self.permissions.split_whitespace());
        let permissions: Vec<&str> = permissions.collect();
        match (role, permissions.as_slice()) {
            ("", []) => Ok(session),
            ("", _) => Err(MintError::Role),
            (_, permissions) if !permissions.iter().all(|name| is_permission(name)) => {
                Err(MintError::Permission)
            }
            (role, _) => Ok(session.organization(ACME, "acme", role).permissions(permissions)),
        }
    }
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [
        Self::Session,
        Self::OAuthJwt,
        Self::OAuthOpaque,
        Self::M2mJwt,
        Self::M2mOpaque,
        Self::ApiKey,
    ];

    /// What the page offers for this kind.
    pub(super) fn describe(self) -> Value {
        let states: Vec<Value> = self
            .states()
            .iter()
            .map(|state| json!({ "value": state, "label": state.label() }))
            .collect();
        json!({
            "value": self,
            "label": self.label(),
            "states": states,
            "fields": self.fields(),
        })
    }

    /// The fields of the page that change a token of this kind.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Session => &["role", "permissions", "minutes"],
            Self::OAuthJwt | Self::OAuthOpaque | Self::ApiKey => &["scopes"],
            Self::M2mJwt | Self::M2mOpaque => &[],
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Session => "session_token",
            Self::OAuthJwt => "oauth_token, a JWT",
            Self::OAuthOpaque => "oauth_token, opaque",
            Self::M2mJwt => "m2m_token, a JWT",
            Self::M2mOpaque => "m2m_token, opaque",
            Self::ApiKey => "api_key",
        }
    }

    const fn states(self) -> &'static [TokenState] {
        use TokenState::{
            Expired, Forged, FromTemplate, Good, OfAnotherInstance, Pending, Revoked,
        };
        match self {
            Self::Session => &[Good, Expired, Forged, OfAnotherInstance, Pending, FromTemplate],
            // A JWT cannot be revoked: it ends by itself.
            Self::OAuthJwt | Self::M2mJwt => &[Good, Expired, Forged, OfAnotherInstance],
            Self::OAuthOpaque | Self::M2mOpaque | Self::ApiKey => {
                &[Good, Expired, Revoked, OfAnotherInstance]
            }
        }
    }
}

impl TokenState {
    const fn label(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Forged => "forged: another signature",
            Self::OfAnotherInstance => "of another Clerk instance",
            Self::Pending => "pending: the user has tasks to do",
            Self::FromTemplate => "made from a JWT template",
        }
    }
}

/// Whether it is `org:feature:permission` without a comma: that is what a session token can say.
fn is_permission(name: &str) -> bool {
    let parts: Vec<&str> = name.split(':').collect();
    matches!(parts.as_slice(), ["org", feature, permission]
        if !feature.is_empty() && !permission.is_empty() && !name.contains(','))
}

/// The first character of a signature can be any of the alphabet, so the form stays a JWT's.
fn with_another_signature(token: &str) -> String {
    match token.rsplit_once('.') {
        Some((signed, signature)) => {
            let first = if signature.starts_with('A') { 'B' } else { 'A' };
            let rest: String = signature.chars().skip(1).collect();
            format!("{signed}.{first}{rest}")
        }
        None => token.to_owned(),
    }
}
