//! Policies in, what a document says of an operation out: who may call it, and how it rejects.

use super::{response_object::ResponseObject, scheme::Scheme};
use crate::{
    policy::{Policy, Requirement, ScopeHierarchy},
    response::kind::RejectionKind,
    token::TokenType,
};

/// Of very many alternatives, no more are written.
const MOST_ALTERNATIVES: usize = 64;

pub(super) struct Operation {
    /// Of these, one is enough.
    pub(super) alternatives: Vec<Alternative>,
    /// Whether no credential is enough too.
    pub(super) is_optional: bool,
    pub(super) responses: Vec<ResponseObject>,
}

/// A credential, and what must have been granted to who presents it: all of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alternative {
    pub(super) scheme: Scheme,
    pub(super) names: Vec<&'static str>,
}

impl Operation {
    /// The policies that a request passes, such as of a layer and of a guard: all of them.
    pub(super) fn new(policies: &[Policy], hierarchy: ScopeHierarchy) -> Self {
        let each = policies.iter().map(|policy| alternatives(policy, hierarchy));
        let together = each.reduce(|outer, inner| both(&outer, &inner, hierarchy));
        let mut alternatives = together.unwrap_or_default();
        let is_optional = policies.iter().all(|policy| policy.is_optional());
        // An optional policy lets a cookie that it does not read pass as no credential.
        alternatives.retain(|alternative| {
            alternative.scheme != Scheme::SessionCookie
                || policies.iter().any(|policy| policy.accepts(TokenType::SessionToken))
        });
        if alternatives.is_empty() && !is_optional {
            alternatives.push(Alternative { scheme: Scheme::Nobody, names: Vec::new() });
        }
        let responses = ResponseObject::by_status(|rejection| can_occur(rejection, policies));
        Self { alternatives, is_optional, responses }
    }
}

/// The credentials that pass one policy. A cookie passes an optional one that does not read it.
fn alternatives(policy: &Policy, hierarchy: ScopeHierarchy) -> Vec<Alternative> {
    let mut alternatives = Vec::new();
    for (token_type, names) in policy.alternatives(hierarchy) {
        for scheme in Scheme::of(token_type) {
            alternatives.push(Alternative { scheme: *scheme, names: names.clone() });
        }
    }
    if policy.is_optional() && !policy.accepts(TokenType::SessionToken) {
        alternatives.push(Alternative { scheme: Scheme::SessionCookie, names: Vec::new() });
    }
    alternatives
}

/// The credentials that pass both policies, each with the names that both need.
fn both(
    outer: &[Alternative],
    inner: &[Alternative],
    hierarchy: ScopeHierarchy,
) -> Vec<Alternative> {
    let mut together = Vec::new();
    for one in outer {
        for other in inner.iter().filter(|other| other.scheme == one.scheme) {
            let mut names = one.names.clone();
            names.extend(other.names.iter().filter(|name| !one.names.contains(name)));
            if one.scheme.has_scopes() {
                names = hierarchy.without_implied(names);
            }
            let alternative = Alternative { scheme: one.scheme, names };
            if !together.contains(&alternative) && together.len() < MOST_ALTERNATIVES {
                together.push(alternative);
            }
        }
    }
    together
}

/// Whether a caller must be ready for this. [`Forbidden`](RejectionKind::Forbidden) can always be: claims
/// that do not fit, and what a handler asks for with `require`, are not part of its policy.
fn can_occur(rejection: RejectionKind, policies: &[Policy]) -> bool {
    let has = |kind: fn(&Requirement) -> bool| policies.iter().any(|policy| policy.has(kind));
    match rejection {
        RejectionKind::MissingCredential => !policies.iter().all(|policy| policy.is_optional()),
        RejectionKind::InsufficientScope => policies.iter().any(|policy| {
            policy.token_types().any(|token_type| policy.asks_for_scopes(token_type))
        }),
        RejectionKind::ReverificationNeeded => {
            has(|it| matches!(it, Requirement::Reverification(_)))
        }
        RejectionKind::UnreadableCredential
        | RejectionKind::InvalidToken
        | RejectionKind::Forbidden
        | RejectionKind::ClerkUnavailable => true,
        // A mistake in the setup is no part of what an API offers.
        RejectionKind::Misconfigured => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Clause;

    #[test]
    fn each_rejection_is_told_where_the_policy_can_cause_it() {
        const SCOPE: Requirement = Requirement::Scope("read:notes");
        const STRICT: Requirement =
            Requirement::Reverification(crate::policy::Reverification::STRICT);
        const ADMIN: Requirement = Requirement::Role("org:admin");
        let told = |policy: Policy| {
            let operation = Operation::new(&[policy], ScopeHierarchy::NONE);
            operation.responses.iter().map(ResponseObject::name).collect::<Vec<_>>().join(" ")
        };
        let always = "clerk.unreadable-credential clerk.missing-credential.invalid-token";
        let table: [(&'static [Clause], &str); 7] = [
            (&[Clause::ApiKey(Requirement::Organization)], "clerk.forbidden"),
            (
                &[Clause::OAuthToken(Requirement::Organization)],
                "clerk.insufficient-scope.forbidden",
            ),
            (&[Clause::M2mToken(Requirement::None)], "clerk.forbidden"),
            (&[Clause::OAuthToken(SCOPE)], "clerk.insufficient-scope.forbidden"),
            (&[Clause::SessionToken(ADMIN)], "clerk.forbidden"),
            (&[Clause::SessionToken(STRICT)], "clerk.forbidden.reverification-needed"),
            (
                &[
                    Clause::SessionToken(Requirement::Any(&[ADMIN, STRICT])),
                    Clause::ApiKey(Requirement::All(&[SCOPE, Requirement::Scope("export")])),
                ],
                "clerk.insufficient-scope.forbidden.reverification-needed",
            ),
        ];
        for (clauses, forbidden) in table {
            let expected = format!("{always} {forbidden} clerk.clerk-unavailable");
            assert_eq!(told(Policy::new(clauses)), expected);
        }
        let anonymous = told(Policy::new(&[Clause::M2mToken(Requirement::None)]).optional());
        assert!(anonymous.contains(" clerk.invalid-token "), "{anonymous}");
        assert!(told(Policy::DENY_ALL).starts_with(always));
    }
}
