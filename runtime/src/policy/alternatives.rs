//! A policy in, the names that its callers must have been granted out, for who reads about it.

use super::{Policy, Requirement, ScopeHierarchy};
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
            let names = |leaf: &Requirement| Some(leaf.name_for(token_type).into_iter().collect());
            for names in clause.requirement().alternatives(&names, &|_| 0) {
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
        self.clauses.iter().any(|clause| clause.requirement().has(&kind))
    }
}

impl Requirement {
    /// What a caller must have been granted, if that has a name.
    const fn name_for(&self, token_type: TokenType) -> Option<&'static str> {
        match self {
            Self::Role(name) | Self::Permission(name) | Self::Feature(name) | Self::Plan(name) => {
                Some(name)
            }
            other => other.scope_of(token_type),
        }
    }
}
