//! A policy in, the names that its callers must have been granted out, for who reads about it.

use super::{Policy, RequiredScopes, Requirement, ScopeHierarchy};
use crate::token::TokenType;

impl Policy {
    /// The ways to enter, in source order: a token type, and names of which all are needed. They
    /// are scopes, or roles, permissions, features and plans. What has no such name is left out;
    /// so are machines, clients and audiences, because a list of them tells strangers who calls.
    pub(crate) fn alternatives(
        &self,
        hierarchy: ScopeHierarchy,
    ) -> Vec<(TokenType, Vec<&'static str>)> {
        let mut alternatives = Vec::new();
        for clause in self.clauses {
            let token_type = clause.token_type();
            for names in clause.requirement().alternatives(&Requirement::names, &|_| 0) {
                let names = match token_type {
                    TokenType::OAuthToken | TokenType::ApiKey => hierarchy.without_implied(names.0),
                    // Theirs are no scopes.
                    TokenType::SessionToken | TokenType::M2mToken => names.0,
                };
                let alternative = (token_type, names);
                if !alternatives.contains(&alternative) {
                    alternatives.push(alternative);
                }
            }
        }
        alternatives
    }

    /// Whether a condition of this kind stands anywhere in the policy.
    pub(crate) fn has(&self, kind: fn(&Requirement) -> bool) -> bool {
        self.clauses.iter().any(|clause| clause.requirement().has(kind))
    }
}

impl Requirement {
    #[allow(clippy::unnecessary_wraps, reason = "a condition that cannot be met would be `None`")]
    fn names(&self) -> Option<RequiredScopes> {
        Some(RequiredScopes(self.name().into_iter().collect()))
    }

    /// What a caller must have been granted, where that has a name.
    const fn name(&self) -> Option<&'static str> {
        match self {
            Self::Scope(name)
            | Self::Role(name)
            | Self::Permission(name)
            | Self::Feature(name)
            | Self::Plan(name) => Some(name),
            _ => None,
        }
    }
}
