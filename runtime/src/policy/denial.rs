//! Why a policy rejects a valid token, and the scopes of the challenge.

use std::fmt;

use super::{Reverification, ScopeHierarchy};
use crate::{identity::scopes::Scopes, token::TokenType};

/// Why a genuine token may not enter. The order is that of weight: where several parts of a
/// requirement deny, the caller learns of the one that is hardest to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("the factors were verified too long ago; the policy requires `{0}`")]
    Reverification(Reverification),
    #[error("{}", lacking(.0))]
    MissingScopes(RequiredScopes),
    #[error("the session lacks the {0} that the policy requires")]
    Session(&'static str),
    #[error("the token is from a client or machine that the policy does not list")]
    Sender,
    #[error("the token is not for the audience of the policy")]
    Audience,
    #[error("the token has no organization, which the policy requires")]
    Organization,
    #[error("someone acts in place of the user, which the policy does not accept")]
    Impersonated,
    #[error("the session is pending: the user has tasks to finish before it becomes active")]
    Pending,
    #[error("the policy accepts {} only as a JWT, and this one is opaque", .0.with_article())]
    OpaqueNotAccepted(TokenType),
    #[error("the policy does not accept {}", .0.with_article())]
    NotAccepted(TokenType),
}

/// Scopes that a challenge names: all of them are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequiredScopes(pub(crate) Vec<&'static str>);

impl Denial {
    /// Of two parts that are both needed: the weightier denial, the first of equals.
    pub(crate) fn and(self, other: Self) -> Self {
        if other.weight() > self.weight() { other } else { self }
    }

    /// Of two parts of which one is enough: the lighter denial, the first of equals.
    pub(crate) fn or(self, other: Self) -> Self {
        if other.weight() < self.weight() { other } else { self }
    }

    const fn weight(&self) -> u8 {
        match self {
            Self::Reverification(_) => 0,
            Self::MissingScopes(_) => 1,
            Self::Session(_) | Self::Sender | Self::Organization | Self::Impersonated => 2,
            Self::Audience => 3,
            Self::Pending | Self::OpaqueNotAccepted(_) | Self::NotAccepted(_) => 4,
        }
    }
}

impl FromIterator<&'static str> for RequiredScopes {
    fn from_iter<I: IntoIterator<Item = &'static str>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl RequiredScopes {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one of these is the scope, or implies it.
    pub(crate) fn grant(&self, scope: &str, hierarchy: ScopeHierarchy) -> bool {
        self.0.iter().any(|own| *own == scope || hierarchy.implies(own, scope))
    }

    /// Both, each scope once.
    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.0.extend(other.0.iter().filter(|scope| !self.0.contains(scope)));
        both
    }

    /// The smallest set that is enough: no scope that another one of the set implies.
    pub(crate) fn without_implied(self, hierarchy: ScopeHierarchy) -> Self {
        Self(hierarchy.without_implied(self.0))
    }

    /// How many of these were neither granted nor implied by what was.
    pub(crate) fn missing(&self, granted: &Scopes, hierarchy: ScopeHierarchy) -> usize {
        self.0.iter().filter(|scope| !hierarchy.grants(granted, scope)).count()
    }
}

/// The whole alternative is named, so that a client can ask for it at once.
fn lacking(required: &RequiredScopes) -> String {
    match required.0.as_slice() {
        [scope] => format!("the token lacks the scope `{scope}`, which the request requires"),
        _ => format!("the token lacks a scope; the request requires all of `{required}`"),
    }
}

/// Prints the scopes with spaces between, as in an OAuth `scope` parameter.
impl fmt::Display for RequiredScopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denial_names_one_scope_or_all() {
        let denied = |scopes: &[&'static str]| {
            Denial::MissingScopes(RequiredScopes(scopes.to_vec())).to_string()
        };
        assert_eq!(denied(&["a"]), "the token lacks the scope `a`, which the request requires");
        assert_eq!(
            denied(&["a", "b"]),
            "the token lacks a scope; the request requires all of `a b`"
        );
    }

    #[test]
    fn denial_of_a_token_type_has_its_article() {
        for (token_type, named) in [
            (TokenType::SessionToken, "a session_token"),
            (TokenType::OAuthToken, "an oauth_token"),
            (TokenType::M2mToken, "an m2m_token"),
            (TokenType::ApiKey, "an api_key"),
        ] {
            let denied = Denial::NotAccepted(token_type).to_string();
            assert_eq!(denied, format!("the policy does not accept {named}"));
        }
    }
}
