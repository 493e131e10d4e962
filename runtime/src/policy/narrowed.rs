//! Narrows a policy by further requirements, at compile time. The narrower policy admits only callers
//! whom the policy before admits.

use super::{Clause, Policy, Requirement, redundancy::Compared};
use crate::identity::scopes::Scope;

/// As many as there are token types.
const MOST: usize = 4;

/// The clauses of a policy, each with what it required before and what is added.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Narrowed {
    parts: [(Clause, [Requirement; 2]); MOST],
    length: usize,
    base: Policy,
    is_optional: bool,
    allows_pending: bool,
}

/// The clauses of a narrowed policy.
#[doc(hidden)]
#[derive(Debug)]
pub struct NarrowedClauses {
    clauses: [Clause; MOST],
    length: usize,
    is_optional: bool,
    allows_pending: bool,
}

impl Policy {
    /// For the expansion of `policy = …`: adds the requirement of each clause to its token type.
    ///
    /// # Panics
    /// At compile time, if this policy does not accept a type that is named, if it requires already what
    /// is added, or if no caller can meet both.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn and(self, added: &[Clause]) -> Narrowed {
        self.checked_narrow(added, true, Compared::All)
    }

    /// [`and`](Self::and) for the expansion of a large policy, as
    /// [`from_expansion`](Self::from_expansion).
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn and_from_expansion(self, added: &[Clause], constants: &[Scope]) -> Narrowed {
        self.checked_narrow(added, true, Compared::Constants(constants))
    }

    /// As [`and`](Self::and), and rejects the token types that are not named.
    ///
    /// # Panics
    /// At compile time, as [`and`](Self::and), or if no type is named.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn only(self, kept: &[Clause]) -> Narrowed {
        self.checked_narrow(kept, false, Compared::All)
    }

    /// [`only`](Self::only) for the expansion of a large policy, as
    /// [`from_expansion`](Self::from_expansion).
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn only_from_expansion(self, kept: &[Clause], constants: &[Scope]) -> Narrowed {
        self.checked_narrow(kept, false, Compared::Constants(constants))
    }

    /// The policy of narrowed clauses.
    #[doc(hidden)]
    #[must_use]
    pub const fn narrowed(narrowed: &'static NarrowedClauses) -> Self {
        let NarrowedClauses { clauses, length, is_optional, allows_pending } = narrowed;
        let (clauses, _) = clauses.split_at(*length);
        Self { clauses, is_optional: *is_optional, allows_pending: *allows_pending }
    }

    /// Each part is sound by itself. Together they may say more than is needed: what stands in the shared
    /// policy cannot be removed where it is narrowed.
    #[track_caller]
    const fn checked_narrow(
        self,
        added: &[Clause],
        keeps_others: bool,
        compared: Compared<'_>,
    ) -> Narrowed {
        assert!(keeps_others || !added.is_empty(), "nothing is left of the shared policy");
        let mut rest = added;
        while let [clause, tail @ ..] = rest {
            let found = clause.find(self.clauses);
            assert!(
                found.is_some(),
                "the shared policy does not accept a token type that is named here"
            );
            let before = match found {
                Some(before) => before.requirement(),
                None => Requirement::None,
            };
            let requirement = clause.requirement();
            requirement.assert_sound(clause.token_type(), compared);
            assert!(
                !before.implies(&requirement),
                "the shared policy requires already what a clause here adds; remove it"
            );
            assert!(
                Requirement::can_be_met_together(&[before, requirement]),
                "no caller can meet both the shared policy and a clause here: a user has one role in \
                 an organization, and a token one client or machine"
            );
            rest = tail;
        }
        self.narrow(added, keeps_others)
    }

    pub(super) const fn narrow(self, added: &[Clause], keeps_others: bool) -> Narrowed {
        let nothing = (Clause::SessionToken(Requirement::None), [Requirement::None; 2]);
        let (mut parts, mut length) = ([nothing; MOST], 0);
        let mut rest = self.clauses;
        while let [clause, tail @ ..] = rest {
            let beside = clause.find(added);
            if let ([part, ..], true) =
                (parts.split_at_mut(length).1, keeps_others || beside.is_some())
            {
                let beside = match beside {
                    Some(beside) => beside.requirement(),
                    None => Requirement::None,
                };
                *part = (*clause, [clause.requirement(), beside]);
                length += 1;
            }
            rest = tail;
        }
        Narrowed { parts, length, base: self, is_optional: false, allows_pending: false }
    }
}

impl Narrowed {
    /// Accepts anonymous requests, as the policy before does.
    ///
    /// # Panics
    /// At compile time, if the policy before rejects them.
    #[must_use]
    #[track_caller]
    pub const fn optional(self) -> Self {
        assert!(
            self.base.is_optional,
            "the shared policy is not `optional`; remove `optional` here"
        );
        Self { is_optional: true, ..self }
    }

    /// Accepts pending sessions, as the policy before does.
    ///
    /// # Panics
    /// At compile time, if the policy before rejects them.
    #[must_use]
    #[track_caller]
    pub const fn allow_pending(self) -> Self {
        assert!(
            self.base.allows_pending,
            "the shared policy rejects pending sessions; remove `allow_pending` here"
        );
        Self { allows_pending: true, ..self }
    }

    /// Both requirements of each clause.
    #[must_use]
    pub const fn clauses(&'static self) -> NarrowedClauses {
        let (mut clauses, mut length) = ([Clause::SessionToken(Requirement::None); MOST], 0);
        let (mut rest, _) = self.parts.split_at(self.length);
        while let [(clause, requirements), tail @ ..] = rest {
            if let [narrowed, ..] = clauses.split_at_mut(length).1 {
                *narrowed = clause.with(match requirements {
                    [Requirement::None, only] | [only, Requirement::None] => *only,
                    [before, added] if added.implies(before) => *added,
                    both => Requirement::All(both),
                });
                length += 1;
            }
            rest = tail;
        }
        let Self { is_optional, allows_pending, .. } = *self;
        NarrowedClauses { clauses, length, is_optional, allows_pending }
    }
}

impl Clause {
    /// The clause of the same token type.
    const fn find<'c>(&self, clauses: &'c [Self]) -> Option<&'c Self> {
        let mut rest = clauses;
        while let [clause, tail @ ..] = rest {
            if clause.token_type() as u8 == self.token_type() as u8 {
                return Some(clause);
            }
            rest = tail;
        }
        None
    }

    const fn with(&self, requirement: Requirement) -> Self {
        match self {
            Self::SessionToken(_) => Self::SessionToken(requirement),
            Self::OAuthToken(_) => Self::OAuthToken(requirement),
            Self::M2mToken(_) => Self::M2mToken(requirement),
            Self::ApiKey(_) => Self::ApiKey(requirement),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Policy = Policy::new(&[
        Clause::OAuthToken(Requirement::Scope("read:notes")),
        Clause::SessionToken(Requirement::None),
        Clause::ApiKey(Requirement::Scope("read:notes")),
    ])
    .optional();

    #[test]
    fn clause_beside_a_policy_adds_to_its_type_alone() {
        const NARROWED: Policy = Policy::narrowed(
            &BASE
                .and(&[
                    Clause::SessionToken(Requirement::Role("org:admin")),
                    Clause::OAuthToken(Requirement::Scope("write:notes")),
                ])
                .clauses(),
        );
        const EXPECTED: Policy = Policy::new(&[
            Clause::OAuthToken(Requirement::All(&[
                Requirement::Scope("read:notes"),
                Requirement::Scope("write:notes"),
            ])),
            Clause::SessionToken(Requirement::Role("org:admin")),
            Clause::ApiKey(Requirement::Scope("read:notes")),
        ]);
        assert_eq!(NARROWED, EXPECTED);
    }

    #[test]
    fn accepts_beside_a_policy_keeps_the_named_types() {
        const NARROWED: Policy =
            Policy::narrowed(&BASE.only(&[Clause::ApiKey(Requirement::None)]).optional().clauses());
        const EXPECTED: Policy =
            Policy::new(&[Clause::ApiKey(Requirement::Scope("read:notes"))]).optional();
        assert_eq!(NARROWED, EXPECTED);
    }

    #[test]
    #[should_panic(expected = "does not accept a token type")]
    fn type_that_the_policy_rejects_is_an_error() {
        let _ = BASE.and(&[Clause::M2mToken(Requirement::None)]);
    }

    #[test]
    #[should_panic(expected = "is not `optional`")]
    fn optional_beside_a_policy_that_is_not_is_an_error() {
        const REQUIRED: Policy = Policy::new(&[Clause::SessionToken(Requirement::None)]);
        let _ = REQUIRED.and(&[]).optional();
    }

    #[test]
    fn pending_sessions_are_accepted_only_if_allowed_again() {
        const ONBOARDING: Policy =
            Policy::new(&[Clause::SessionToken(Requirement::None)]).allow_pending();
        const SILENT: Policy = Policy::narrowed(
            &ONBOARDING.and(&[Clause::SessionToken(Requirement::Organization)]).clauses(),
        );
        const AGAIN: Policy = Policy::narrowed(
            &ONBOARDING
                .and(&[Clause::SessionToken(Requirement::Organization)])
                .allow_pending()
                .clauses(),
        );
        const EXPECTED: Policy = Policy::new(&[Clause::SessionToken(Requirement::Organization)]);
        assert_eq!(SILENT, EXPECTED);
        assert_eq!(AGAIN, EXPECTED.allow_pending());
    }

    #[test]
    #[should_panic(expected = "rejects pending sessions")]
    fn allow_pending_beside_a_policy_that_does_not_is_an_error() {
        let _ = BASE.and(&[Clause::SessionToken(Requirement::None)]).allow_pending();
    }

    #[test]
    #[should_panic(expected = "nothing is left")]
    fn narrowing_that_leaves_no_token_type_is_an_error() {
        let _ = BASE.only(&[]);
    }

    #[test]
    fn stronger_requirement_stands_in_place_of_the_weaker_one() {
        use Requirement::{All, Any, Organization, Role, Scope};
        let admin = Clause::SessionToken(Role("org:admin"));
        for (before, added) in [
            (Clause::SessionToken(Organization), admin),
            (Clause::SessionToken(Any(&[Role("org:admin"), Role("org:member")])), admin),
            (Clause::ApiKey(Scope("a")), Clause::ApiKey(All(&[Scope("a"), Scope("b")]))),
        ] {
            let base = Policy::new(vec![before].leak());
            let narrowed = Box::leak(Box::new(base.and(&[added])));
            assert_eq!(Policy::narrowed(Box::leak(Box::new(narrowed.clauses()))).clauses, [added]);
            let weaker =
                std::panic::catch_unwind(|| Policy::new(vec![added].leak()).and(&[before]));
            assert!(weaker.is_err(), "{before:?} adds nothing to {added:?}");
        }
    }

    #[test]
    fn narrowing_that_no_caller_can_meet_is_an_error() {
        use Requirement::{All, Any, Client, Feature, Machine, Role};
        let (admin, member) = (Role("org:admin"), Role("member"));
        let both = [Clause::SessionToken(admin), Clause::SessionToken(member)];
        let senders =
            [Clause::M2mToken(Machine(&["mch_a", "mch_b"])), Clause::M2mToken(Machine(&["mch_c"]))];
        let clients = [
            Clause::OAuthToken(Client(&["a"])),
            Clause::OAuthToken(Any(&[Client(&["b"]), Client(&["c"])])),
        ];
        for [before, added] in [both, senders, clients] {
            let base = Policy::new(vec![before].leak());
            let unmet = [added];
            let outcomes = [
                std::panic::catch_unwind(|| base.and(&unmet)),
                std::panic::catch_unwind(|| base.only(&unmet)),
                std::panic::catch_unwind(|| base.and_from_expansion(&unmet, &[])),
                std::panic::catch_unwind(|| base.only_from_expansion(&unmet, &[])),
            ];
            assert!(outcomes.iter().all(Result::is_err), "{before:?} and {added:?}");
        }
        let base =
            Policy::new(vec![Clause::SessionToken(Any(&[Role("org:admin"), Feature("f")]))].leak());
        let _ = base.and(&[Clause::SessionToken(All(&[Role("member"), Feature("f")]))]);
    }

    #[test]
    #[should_panic(expected = "an empty list")]
    fn unsound_requirement_beside_a_policy_is_an_error() {
        let _ = BASE.and(&[Clause::OAuthToken(Requirement::All(&[]))]);
    }
}
