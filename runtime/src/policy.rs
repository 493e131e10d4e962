//! A policy as constant data, and the decisions over it: pure functions without clock or network.
//!
//! What a policy does not name is refused.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{
    identity::{Identity, VerifiedToken},
    scope::is_scope_token,
    token::TokenType,
};

/// Which tokens may enter, and what they must carry.
///
/// `#[clerk_auth]` writes one for each handler. It is plain data: print it, compare it, or give
/// it to [`Clerk::check`](crate::Clerk::check) at start.
///
/// ```
/// use clerk_auth::policy::{Clause, Policy, Requirement};
///
/// const READ_NOTES: Policy = Policy::new(&[
///     Clause::OAuthToken(Requirement::Scope("read:notes")),
///     Clause::SessionToken(Requirement::None),
/// ]);
/// assert_eq!(READ_NOTES.to_string(), "oauth_token with scopes read:notes, or session_token");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    clauses: &'static [Clause],
}

/// One token type that may enter, and its requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// Session tokens may enter.
    SessionToken(Requirement),
    /// OAuth access tokens may enter.
    OAuthToken(Requirement),
    /// M2M tokens may enter.
    M2mToken(Requirement),
    /// API keys may enter.
    ApiKey(Requirement),
}

/// What a token must carry beside being genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Requirement {
    /// Nothing more.
    None,
    /// Exactly this scope.
    Scope(&'static str),
    /// Each of these.
    All(&'static [Requirement]),
}

/// Why a genuine token may not enter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Denial {
    #[error("the policy does not accept a {0}")]
    NotAccepted(TokenType),
    #[error("the token lacks scopes; the policy needs all of `{0}`")]
    MissingScopes(RequiredScopes),
}

/// The scopes that a challenge names: all of them are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequiredScopes(Requirement);

impl Policy {
    /// The policy that lets nobody in.
    pub const REFUSE_ALL: Self = Self { clauses: &[] };

    /// A policy of one clause per token type. Write it in a `const`: a contradiction then does
    /// not compile.
    ///
    /// # Panics
    /// Where it is not evaluated at compile time: if a token type has two clauses, a scope stands
    /// in a clause for sessions or M2M tokens, a scope is not a scope-token of RFC 6749 §3.3, or
    /// a list is empty.
    #[must_use]
    pub const fn new(clauses: &'static [Clause]) -> Self {
        assert!(!clauses.is_empty(), "a policy needs at least one clause");
        let mut rest = clauses;
        while let [clause, tail @ ..] = rest {
            clause.assert_sound();
            let mut others = tail;
            while let [other, tail @ ..] = others {
                let same = clause.token_type() as u8 == other.token_type() as u8;
                assert!(!same, "a token type has two clauses; merge them into one");
                others = tail;
            }
            rest = tail;
        }
        Self { clauses }
    }

    /// The token types that may enter, in the order they are written.
    #[must_use]
    pub fn accepted(&self) -> impl ExactSizeIterator<Item = TokenType> {
        self.clauses.iter().map(Clause::token_type)
    }

    /// Whether tokens of this type may enter at all.
    #[must_use]
    pub fn accepts(&self, token_type: TokenType) -> bool {
        self.clause(token_type).is_some()
    }

    /// Whether this identity may enter.
    pub(crate) fn decide(&self, identity: &Identity) -> Result<(), Denial> {
        let token_type = identity.token_type();
        let clause = self.clause(token_type).ok_or(Denial::NotAccepted(token_type))?;
        let requirement = clause.requirement();
        if requirement.is_met_by(identity) {
            Ok(())
        } else {
            Err(Denial::MissingScopes(RequiredScopes(requirement)))
        }
    }

    /// The scopes that an OAuth client should ask for to pass; `None` where OAuth tokens are not
    /// accepted or need none.
    pub(crate) fn scopes_to_request(&self) -> Option<RequiredScopes> {
        let requirement = self.clause(TokenType::OAuthToken)?.requirement();
        (requirement != Requirement::None).then_some(RequiredScopes(requirement))
    }

    fn clause(&self, token_type: TokenType) -> Option<&'static Clause> {
        self.clauses.iter().find(|clause| clause.token_type() == token_type)
    }
}

impl Clause {
    const fn token_type(&self) -> TokenType {
        match self {
            Self::SessionToken(_) => TokenType::SessionToken,
            Self::OAuthToken(_) => TokenType::OAuthToken,
            Self::M2mToken(_) => TokenType::M2mToken,
            Self::ApiKey(_) => TokenType::ApiKey,
        }
    }

    const fn requirement(&self) -> Requirement {
        match self {
            Self::SessionToken(requirement)
            | Self::OAuthToken(requirement)
            | Self::M2mToken(requirement)
            | Self::ApiKey(requirement) => *requirement,
        }
    }

    const fn assert_sound(&self) {
        let carries_scopes = matches!(self, Self::OAuthToken(_) | Self::ApiKey(_));
        self.requirement().assert_sound(carries_scopes);
    }
}

impl Requirement {
    fn is_met_by(&self, identity: &Identity) -> bool {
        match self {
            Self::None => true,
            Self::Scope(scope) => {
                identity.maybe_scopes().is_some_and(|granted| granted.contains(scope))
            }
            Self::All(parts) => parts.iter().all(|part| part.is_met_by(identity)),
        }
    }

    const fn assert_sound(&self, carries_scopes: bool) {
        match self {
            Self::None => {}
            Self::Scope(scope) => {
                assert!(carries_scopes, "only OAuth tokens and API keys carry scopes");
                assert!(is_scope_token(scope), "not one scope of RFC 6749 section 3.3");
            }
            Self::All(parts) => {
                assert!(!parts.is_empty(), "an empty list of requirements");
                let mut rest = *parts;
                while let [part, tail @ ..] = rest {
                    part.assert_sound(carries_scopes);
                    rest = tail;
                }
            }
        }
    }

    fn for_each_scope(&self, visit: &mut dyn FnMut(&'static str) -> fmt::Result) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Scope(scope) => visit(scope),
            Self::All(parts) => parts.iter().try_for_each(|part| part.for_each_scope(visit)),
        }
    }
}

/// Prints the scopes with spaces between, as in an OAuth `scope` parameter.
impl fmt::Display for RequiredScopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        self.0.for_each_scope(&mut |scope| {
            if !std::mem::take(&mut first) {
                formatter.write_str(" ")?;
            }
            formatter.write_str(scope)
        })
    }
}

/// Prints one readable line: `oauth_token with scopes read:notes`.
impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clauses.is_empty() {
            return formatter.write_str("nobody");
        }
        for (position, clause) in self.clauses.iter().enumerate() {
            if position > 0 {
                formatter.write_str(", or ")?;
            }
            write!(formatter, "{}", clause.token_type())?;
            if clause.requirement() != Requirement::None {
                write!(formatter, " with scopes {}", RequiredScopes(clause.requirement()))?;
            }
        }
        Ok(())
    }
}

/// Serialises as the line that `Display` prints.
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a `const`, each of these stops the build.
    #[test]
    fn a_contradiction_is_no_policy() {
        const SCOPE: Requirement = Requirement::Scope("read:notes");
        let contradictions: &[&'static [Clause]] = &[
            &[],
            &[Clause::SessionToken(SCOPE)],
            &[Clause::M2mToken(Requirement::All(&[SCOPE]))],
            &[Clause::ApiKey(Requirement::None), Clause::ApiKey(SCOPE)],
            &[Clause::ApiKey(Requirement::All(&[]))],
            &[Clause::OAuthToken(Requirement::Scope(""))],
            &[Clause::OAuthToken(Requirement::Scope("read:notes write:notes"))],
            &[Clause::OAuthToken(Requirement::Scope("read:\"notes\""))],
        ];
        for clauses in contradictions {
            let outcome = std::panic::catch_unwind(|| Policy::new(clauses));
            assert!(outcome.is_err(), "{clauses:?}");
        }
    }

    #[test]
    fn the_policy_that_refuses_all_accepts_nothing() {
        assert_eq!(Policy::REFUSE_ALL.accepted().len(), 0);
        assert_eq!(Policy::REFUSE_ALL.to_string(), "nobody");
    }
}
