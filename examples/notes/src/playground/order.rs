//! What the reader of the page chose in, a token out.

use clerk_auth::testing::DevIssuer;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const ADA: &str = "user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG";
const ACME: &str = "org_2zQ8nB6uLyXd3ScP9wJfMtRhGkC";
const BILLING: &str = "mch_2zQ8qH1aQdDi9XiV5bPkTzYnMpI";

/// Where tokens come from.
pub(super) struct Issuers {
    pub(super) ours: DevIssuer,
    /// An instance that the routes do not know.
    pub(super) other: DevIssuer,
}

/// A token that the reader wants.
#[derive(Deserialize)]
pub(super) struct Order {
    kind: Kind,
    state: TokenState,
    /// Separated by spaces. Sessions and machines have none.
    scopes: String,
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
    /// The token, or `None` where that kind has no such state.
    pub(super) fn mint(&self, issuers: &Issuers) -> Option<String> {
        if !self.kind.states().contains(&self.state) {
            return None;
        }
        let of_another = self.state == TokenState::OfAnotherInstance;
        let issuer = if of_another { &issuers.other } else { &issuers.ours };
        let token = self.draft(issuer);
        match self.state {
            TokenState::Forged => Some(with_another_signature(&token)),
            TokenState::Revoked => issuer.revoke(&token).then_some(token),
            _ => Some(token),
        }
    }

    fn draft(&self, issuer: &DevIssuer) -> String {
        let expired = self.state == TokenState::Expired;
        let scopes = || self.scopes.split_whitespace().map(str::to_owned);
        match self.kind {
            Kind::Session if self.state == TokenState::FromTemplate => issuer.template(ADA).jwt(),
            Kind::Session => {
                let session = issuer.session(ADA);
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
            "has_scopes": matches!(self, Self::OAuthJwt | Self::OAuthOpaque | Self::ApiKey),
        })
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
