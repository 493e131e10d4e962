//! A policy in, what a document says of an operation out: who may call it, and how it refuses.

use super::{answer::Answer, scheme::Scheme};
use crate::{
    policy::{Policy, Requirement, ScopeHierarchy},
    rejection::Refusal,
};

pub(super) struct Operation {
    /// Of these, one is enough.
    pub(super) alternatives: Vec<Alternative>,
    /// Whether no credential is enough too.
    pub(super) is_optional: bool,
    pub(super) answers: Vec<Answer>,
}

/// A credential, and what must have been granted to who presents it: all of these.
pub(super) struct Alternative {
    pub(super) scheme: Scheme,
    pub(super) names: Vec<&'static str>,
}

impl Operation {
    pub(super) fn new(policy: &Policy, hierarchy: ScopeHierarchy) -> Self {
        let mut alternatives = Vec::new();
        for (token_type, names) in policy.alternatives(hierarchy) {
            for scheme in Scheme::of(token_type) {
                alternatives.push(Alternative { scheme: *scheme, names: names.clone() });
            }
        }
        let is_optional = policy.is_optional();
        if alternatives.is_empty() && !is_optional {
            alternatives.push(Alternative { scheme: Scheme::Nobody, names: Vec::new() });
        }
        let answers = Answer::by_status(|refusal| can_occur(refusal, policy));
        Self { alternatives, is_optional, answers }
    }
}

/// Whether a caller must be ready for this. [`Forbidden`](Refusal::Forbidden) can always be: claims
/// that do not fit, and what a handler asks for with `require`, are not part of its policy.
fn can_occur(refusal: Refusal, policy: &Policy) -> bool {
    match refusal {
        Refusal::MissingCredential => !policy.is_optional(),
        Refusal::InsufficientScope => policy.has(|it| matches!(it, Requirement::Scope(_))),
        Refusal::ReverificationNeeded => {
            policy.has(|it| matches!(it, Requirement::Reverification(_)))
        }
        Refusal::UnreadableCredential
        | Refusal::InvalidToken
        | Refusal::Forbidden
        | Refusal::ClerkUnavailable => true,
        // A mistake in the setup is no part of what an API offers.
        Refusal::Misconfigured => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Clause;

    #[test]
    fn each_refusal_is_told_where_the_policy_can_cause_it() {
        const SCOPE: Requirement = Requirement::Scope("read:notes");
        const STRICT: Requirement =
            Requirement::Reverification(crate::policy::Reverification::STRICT);
        const ADMIN: Requirement = Requirement::Role("org:admin");
        let told = |policy: Policy| {
            let operation = Operation::new(&policy, ScopeHierarchy::NONE);
            operation.answers.iter().map(Answer::name).collect::<Vec<_>>().join(" ")
        };
        let always = "clerk.unreadable-credential clerk.missing-credential.invalid-token";
        let table: [(&'static [Clause], &str); 5] = [
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
        assert!(told(Policy::REFUSE_ALL).starts_with(always));
    }
}
