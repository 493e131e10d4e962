//! Differences compared with the function that decides real requests, over all callers of a small
//! world.

mod callers;
mod lines;

use proptest::prelude::*;

use self::callers::{Caller, callers};
use super::{
    CallerChange, Callers, Difference, Direction, Guards, TOKEN_TYPES, Without, fact::Fact,
};
use crate::{
    policy::{Clause, Policy, PolicyRecord, Requirement, Reverification, ScopeHierarchy},
    token::TokenType,
};

const HIERARCHIES: [ScopeHierarchy; 6] = [
    ScopeHierarchy::NONE,
    ScopeHierarchy::NONE,
    ScopeHierarchy::new(&[("a", &["b"])]),
    ScopeHierarchy::new(&[("a", &["c"])]),
    ScopeHierarchy::new(&[("c", &["b"]), ("b", &["a"])]),
    ScopeHierarchy::new(&[("d", &["a", "b"])]),
];

/// One side: what a request passes, and the hierarchy.
#[derive(Clone, Debug)]
struct Side {
    policies: Vec<Policy>,
    hierarchy: ScopeHierarchy,
}

impl Side {
    /// Whether the caller passes, as the identity that the token gives.
    fn admits(&self, caller: &Caller) -> bool {
        let token_type = caller.token_type();
        let is_session = token_type == TokenType::SessionToken;
        let is_used = self.policies.iter().any(|policy| policy.accepts(token_type));
        is_used
            && self.policies.iter().all(|policy| {
                // A cookie is not read by a policy that does not accept sessions.
                let is_unread = is_session && caller.is_cookie && !policy.accepts(token_type);
                let passes = || policy.decide(&caller.identity, self.hierarchy).is_ok();
                if is_unread { policy.is_optional() } else { passes() }
            })
    }

    fn difference(&self, new: &Self) -> Difference {
        let records = |side: &Self| -> Vec<PolicyRecord> {
            side.policies.iter().copied().map(PolicyRecord::from).collect()
        };
        let (old, new_records) = (records(self), records(new));
        let [old, new_records]: [Vec<&PolicyRecord>; 2] =
            [old.iter().collect(), new_records.iter().collect()];
        Difference::between(
            Guards { policies: &old, hierarchy: &self.hierarchy.into() },
            Guards { policies: &new_records, hierarchy: &new.hierarchy.into() },
        )
    }
}

/// Both sides draw from few conditions, mostly neighbours of this list, which depend on each other.
fn leaves(token_type: TokenType) -> impl Strategy<Value = Vec<Requirement>> {
    use Requirement::{
        Audience, Client, Feature, Jwt, Machine, NotImpersonated, Organization, Permission, Plan,
        Role, Scope,
    };
    let leaves = match token_type {
        TokenType::SessionToken => vec![
            Role("org:"),
            Role("org:a"),
            Role("b"),
            Organization,
            Role("a"),
            Permission("org:x:y"),
            Feature("f"),
            Feature("o:f"),
            Feature("user:f"),
            Feature("x:f"),
            Plan("p"),
            Plan("u:p"),
            NotImpersonated,
            Requirement::Reverification(Reverification::STRICT),
            Requirement::Reverification(Reverification::first_factor(5)),
            Requirement::Reverification(Reverification::second_factor(60)),
            Requirement::Reverification(Reverification::multi_factor(10)),
        ],
        TokenType::OAuthToken => vec![
            Scope("a"),
            Scope("b"),
            Scope("c"),
            Client(&["one"]),
            Client(&["one", "two"]),
            Client(&["two"]),
            Audience("u"),
            Audience("v"),
            Organization,
            NotImpersonated,
            Jwt,
        ],
        TokenType::M2mToken => {
            vec![Machine(&["mch_1"]), Machine(&["mch_1", "mch_2"]), Machine(&["mch_3"]), Jwt]
        }
        TokenType::ApiKey => vec![Scope("a"), Scope("b"), Scope("c"), Organization],
    };
    let (most, last) = (leaves.len().min(4), leaves.len() - 1);
    let neighbours = leaves.clone();
    let neighbours = (0..=last, 1..4_usize).prop_map(move |(start, count)| {
        neighbours.iter().skip(start).take(count).copied().collect()
    });
    prop_oneof![3 => neighbours, 1 => prop::sample::subsequence(leaves, 1..=most)]
}

fn requirement(leaves: Vec<Requirement>) -> impl Strategy<Value = Requirement> {
    let leaf = prop::sample::select(leaves);
    let tree = leaf.clone().prop_recursive(3, 12, 4, |part| {
        (prop::collection::vec(part, 0..4), any::<bool>()).prop_map(|(parts, is_all)| {
            let parts: &'static [Requirement] = parts.leak();
            if is_all { Requirement::All(parts) } else { Requirement::Any(parts) }
        })
    });
    prop_oneof![1 => Just(Requirement::None), 3 => leaf, 4 => tree]
}

/// Policies that `Policy::new` rejects too: they are decided no less exactly.
fn policy([session, oauth, m2m, key]: [Vec<Requirement>; 4]) -> impl Strategy<Value = Policy> {
    let clause = |leaves| prop::option::of(requirement(leaves));
    let clauses = (clause(session), clause(oauth), clause(m2m), clause(key));
    (clauses, any::<bool>(), any::<bool>()).prop_map(|(clauses, is_optional, allows_pending)| {
        let (session, oauth, m2m, key) = clauses;
        let clauses = [
            session.map(Clause::SessionToken),
            oauth.map(Clause::OAuthToken),
            m2m.map(Clause::M2mToken),
            key.map(Clause::ApiKey),
        ];
        let clauses: Vec<Clause> = clauses.into_iter().flatten().collect();
        Policy { clauses: clauses.leak(), is_optional, allows_pending }
    })
}

/// What stands beside `policy = …`.
#[derive(Clone, Debug)]
struct Narrowing {
    /// Of other types too, which the narrowing leaves out.
    added: Policy,
    /// With `accepts`: whether only the named types are kept.
    keeps_others: bool,
}

impl Narrowing {
    /// The clauses of types that the base accepts.
    fn clauses(&self, base: Policy) -> Vec<Clause> {
        let is_accepted = |clause: &&Clause| base.accepts(clause.token_type());
        self.added.clauses.iter().filter(is_accepted).copied().collect()
    }

    /// As `policy = …` expands, also if a requirement never matters.
    fn narrow(&self, base: Policy) -> Policy {
        let clauses = self.clauses(base);
        let mut narrowed = base.narrow(&clauses, self.keeps_others);
        if base.is_optional() && self.added.is_optional() {
            narrowed = narrowed.optional();
        }
        if base.allows_pending() && self.added.allows_pending() {
            narrowed = narrowed.allow_pending();
        }
        Policy::narrowed(Box::leak(Box::new(Box::leak(Box::new(narrowed)).clauses())))
    }

    /// Whether what stands beside `policy = …` admits the caller, without the base.
    fn admits(&self, base: Policy, caller: &Caller, hierarchy: ScopeHierarchy) -> bool {
        let clauses = self.clauses(base);
        let is_named = clauses.iter().any(|clause| clause.token_type() == caller.token_type());
        let added = Policy { clauses: clauses.leak(), ..self.added };
        if is_named {
            added.decide(&caller.identity, hierarchy).is_ok()
        } else {
            self.keeps_others && added.check_status(&caller.identity).is_ok()
        }
    }
}

fn narrowings() -> impl Strategy<Value = (Policy, Narrowing, ScopeHierarchy)> {
    let narrowing = |leaves| {
        (policy(leaves), any::<bool>())
            .prop_map(|(added, keeps_others)| Narrowing { added, keeps_others })
    };
    let hierarchy = prop::sample::select(HIERARCHIES.to_vec());
    let policies = TOKEN_TYPES
        .map(leaves)
        .prop_flat_map(move |leaves| (policy(leaves.clone()), narrowing(leaves)));
    (policies, hierarchy).prop_map(|((base, narrowing), hierarchy)| (base, narrowing, hierarchy))
}

fn side(leaves: [Vec<Requirement>; 4]) -> impl Strategy<Value = Side> {
    let policies = prop::collection::vec(policy(leaves), 1..3);
    (policies, prop::sample::select(HIERARCHIES.to_vec()))
        .prop_map(|(policies, hierarchy)| Side { policies, hierarchy })
}

fn sides() -> impl Strategy<Value = (Side, Side)> {
    TOKEN_TYPES.map(leaves).prop_flat_map(|leaves| (side(leaves.clone()), side(leaves)))
}

/// Whether a change is about this caller. `None` if its line does not say it exactly.
fn is_about(
    change: &CallerChange,
    caller: &Caller,
    hierarchies: [ScopeHierarchy; 2],
) -> Option<bool> {
    let Callers::Tokens { token_type, with, without } = &change.callers else { return Some(false) };
    let has_all = |facts: &Vec<Fact>| facts.iter().all(|fact| caller.has(fact, hierarchies));
    if *token_type != caller.token_type() || !has_all(with) {
        return Some(false);
    }
    match without {
        Without::OneOf(sets) => Some(!sets.iter().any(has_all)),
        Without::More => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn difference_is_what_the_deciding_function_tells((old, new) in sides()) {
        let difference = old.difference(&new);
        let hierarchies = [old.hierarchy, new.hierarchy];
        let mut seen = vec![false; difference.changes.len()];
        // Where no policy admits pending sessions, no line mentions them.
        let allows_pending = old.policies.iter().chain(&new.policies).any(|it| it.allows_pending());
        for caller in callers().iter().filter(|it| allows_pending || !it.identity.is_pending()) {
            let decided = match (old.admits(caller), new.admits(caller)) {
                (false, true) => Some(Direction::Admits),
                (true, false) => Some(Direction::Rejects),
                _ => None,
            };
            let told = |direction| {
                let changes = difference.changes.iter();
                let about = changes.filter(|change| change.direction == direction);
                about.map(|change| is_about(change, caller, hierarchies)).collect::<Vec<_>>()
            };
            for direction in [Direction::Admits, Direction::Rejects] {
                let told = told(direction);
                if decided == Some(direction) {
                    prop_assert!(told.iter().any(|it| *it != Some(false)), "{difference}\n{caller:?}");
                } else {
                    prop_assert!(!told.contains(&Some(true)), "{difference}\n{caller:?}");
                }
            }
            for (change, seen) in difference.changes.iter().zip(&mut seen) {
                let about = is_about(change, caller, hierarchies) != Some(false);
                *seen |= about && decided == Some(change.direction);
            }
        }
        for (change, seen) in difference.changes.iter().zip(seen) {
            match change.callers {
                Callers::Tokens { .. } => prop_assert!(seen, "{change}: there is no such caller"),
                Callers::Anonymous => {}
                Callers::Undecided(_) => prop_assert!(false, "{change}"),
            }
        }
        let anonymous = |side: &Side| side.policies.iter().all(|it| it.is_optional());
        let told = |direction| {
            difference.changes.contains(&CallerChange { direction, callers: Callers::Anonymous })
        };
        prop_assert_eq!(told(Direction::Admits), !anonymous(&old) && anonymous(&new));
        prop_assert_eq!(told(Direction::Rejects), anonymous(&old) && !anonymous(&new));
    }

    /// The other way round, the same callers stand on the other side.
    #[test]
    fn difference_reversed_has_the_other_directions((old, new) in sides()) {
        let (one, other) = (old.difference(&new), new.difference(&old));
        let count = |difference: &Difference, direction| {
            difference.changes.iter().filter(|change| change.direction == direction).count()
        };
        for (direction, reverse) in
            [(Direction::Admits, Direction::Rejects), (Direction::Rejects, Direction::Admits)]
        {
            prop_assert_eq!(count(&one, direction), count(&other, reverse));
        }
        prop_assert!(old.difference(&old).is_empty());
    }

    /// A narrowed policy admits whom both the shared policy and what stands beside it admit.
    #[test]
    fn narrowing_admits_nobody_new((base, narrowing, hierarchy) in narrowings()) {
        let narrowed = narrowing.narrow(base);
        let side = |policy| Side { policies: vec![policy], hierarchy };
        let difference = side(base).difference(&side(narrowed));
        let is_weaker = difference.changes.iter().any(CallerChange::is_weaker);
        prop_assert!(!is_weaker, "{base}\n{narrowed}\n{difference}");
        prop_assert!(base.is_optional() || !narrowed.is_optional());
        for caller in callers() {
            let admits = |policy: Policy| policy.decide(&caller.identity, hierarchy).is_ok();
            let expected = admits(base) && narrowing.admits(base, caller, hierarchy);
            prop_assert_eq!(admits(narrowed), expected, "{}\n{}\n{:?}", base, narrowed, caller);
        }
    }

    /// Also at compile time, a requirement that no caller can meet is found.
    #[test]
    fn requirements_can_be_met_together_if_a_caller_meets_both((base, narrowing, hierarchy) in narrowings()) {
        for added in narrowing.clauses(base) {
            let before = base.clause(added.token_type()).map(Clause::requirement).unwrap();
            let both = [before, added.requirement()];
            let is_never = |leaf: &Requirement| matches!(leaf, Requirement::Role("org:") | Requirement::Feature("x:f"));
            prop_assume!(!both.iter().any(|it| it.has(&is_never)));
            let of_type = |it: &&Caller| it.token_type() == added.token_type();
            let is_met = |it: &Caller| both.iter().all(|part| part.denies(&it.identity, hierarchy).is_none());
            let expected = callers().iter().filter(of_type).any(is_met);
            prop_assert_eq!(Requirement::can_be_met_together(&both), expected, "{:?}", both);
        }
    }

    /// The promise of `Policy::difference`: twelve values are never too many.
    #[test]
    fn twelve_values_are_decided(
        old in scopes_of_twelve(),
        new in scopes_of_twelve(),
    ) {
        let difference = old.difference(new);
        let undecided = |it: &CallerChange| matches!(it.callers, Callers::Undecided(_));
        prop_assert!(!difference.changes.iter().any(undecided), "{old} {new}");
    }
}

fn scopes_of_twelve() -> impl Strategy<Value = Policy> {
    let scopes = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let leaf = prop::sample::select(scopes.map(Requirement::Scope).to_vec());
    let tree = leaf.prop_recursive(5, 200, 8, |part| {
        (prop::collection::vec(part, 1..9), any::<bool>()).prop_map(|(parts, is_all)| {
            let parts: &'static [Requirement] = parts.leak();
            if is_all { Requirement::All(parts) } else { Requirement::Any(parts) }
        })
    });
    tree.prop_map(of_keys)
}

fn of_keys(tree: Requirement) -> Policy {
    let clauses = vec![Clause::ApiKey(tree)].leak();
    Policy { clauses, is_optional: false, allows_pending: false }
}

/// Six of twelve: no requirement over twelve values has more alternatives.
#[test]
fn worst_requirement_of_twelve_values_is_decided() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let sets_of = |count: u32| {
        (0_u32..1 << names.len()).filter(move |set| set.count_ones() == count).map(move |set| {
            let in_set = names.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0);
            in_set.map(|(_, name)| Requirement::Scope(name)).collect::<Vec<_>>().leak()
        })
    };
    // Six of twelve are missing only if none of the seven others is there.
    let as_any: Vec<_> = sets_of(6).map(|set| Requirement::All(set)).collect();
    let as_all: Vec<_> = sets_of(7).map(|set| Requirement::Any(set)).collect();
    let one = of_keys(Requirement::Any(as_any.leak()));
    let other = of_keys(Requirement::All(as_all.leak()));
    assert_eq!(one.difference(other).to_string(), "");
}
