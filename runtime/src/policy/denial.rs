//! Why a genuine token may not enter, and what a challenge names.

use std::fmt;

use super::{Reverification, ScopeHierarchy};
use crate::{scope::Scopes, token::TokenType};

/// Why a genuine token may not enter. The order is that of weight: where several parts of a
/// requirement deny, the caller learns of the one that is hardest to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("the factors were verified too long ago; the policy needs `{0}`")]
    Reverification(Reverification),
    #[error("the token lacks scopes; the policy needs all of `{0}`")]
    MissingScopes(RequiredScopes),
    #[error("the session has not the {0} that the policy needs")]
    Session(&'static str),
    #[error("the token is from a client or machine that the policy does not list")]
    Sender,
    #[error("the token is not for the audience of the policy")]
    Audience,
    #[error("the policy does not accept a {0}")]
    NotAccepted(TokenType),
}

/// Scopes that a challenge names: all of them are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RequiredScopes(pub(super) Vec<&'static str>);

impl Denial {
    /// Of two parts that are both needed: the weightier denial, the first of equals.
    pub(super) fn and(self, other: Self) -> Self {
        if other.weight() > self.weight() { other } else { self }
    }

    /// Of two parts of which one is enough: the lighter denial, the first of equals.
    pub(super) fn or(self, other: Self) -> Self {
        if other.weight() < self.weight() { other } else { self }
    }

    const fn weight(&self) -> u8 {
        match self {
            Self::Reverification(_) => 0,
            Self::MissingScopes(_) => 1,
            Self::Session(_) | Self::Sender => 2,
            Self::Audience => 3,
            Self::NotAccepted(_) => 4,
        }
    }
}

impl RequiredScopes {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Both, each scope once.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.0.extend(other.0.iter().filter(|scope| !self.0.contains(scope)));
        both
    }

    /// The smallest set that is enough: no scope that another one of the set implies.
    pub(super) fn without_implied(self, hierarchy: ScopeHierarchy) -> Self {
        Self(hierarchy.without_implied(self.0))
    }

    /// How many of these were neither granted nor implied by what was.
    pub(super) fn missing(&self, granted: &Scopes, hierarchy: ScopeHierarchy) -> usize {
        self.0.iter().filter(|scope| !hierarchy.grants(granted, scope)).count()
    }
}

/// Prints the scopes with spaces between, as in an OAuth `scope` parameter.
impl fmt::Display for RequiredScopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(" "))
    }
}
