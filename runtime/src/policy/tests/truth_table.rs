//! Decisions compared with an evaluator of another kind: over all trees of a size, and all callers.

use std::{borrow::Cow, collections::BTreeSet};

use super::{Clause, Denial, Policy, RequiredScopes, Requirement, ScopeHierarchy};
use crate::identity::{
    Identity, OAuthFacts, OAuthToken,
    ids::{ClientId, Subject, UserId},
    scopes::Scopes,
};

const SCOPES: [&str; 3] = ["a", "b", "c"];

/// One way to meet a tree: a set of scopes that is enough.
type Alternative = BTreeSet<&'static str>;

/// All ways to meet a tree, in source order.
fn alternatives(tree: &Requirement) -> Vec<Alternative> {
    match tree {
        Requirement::Scope(scope) => vec![BTreeSet::from([*scope])],
        Requirement::Any(parts) => parts.iter().flat_map(alternatives).collect(),
        Requirement::All(parts) => {
            let none = vec![BTreeSet::new()];
            parts.iter().map(alternatives).fold(none, |known, more| {
                let both = |one: &Alternative| {
                    let one = one.clone();
                    more.iter()
                        .map(move |other| one.union(other).copied().collect())
                        .collect::<Vec<_>>()
                };
                known.iter().flat_map(both).collect()
            })
        }
        other => panic!("no scope tree: {other:?}"),
    }
}

/// Groups of one to three of `parts`, as `all` and as `any`.
fn groups(parts: &[Requirement]) -> Vec<Requirement> {
    let mut groups = Vec::new();
    let mut push = |members: Vec<Requirement>| {
        let members: &'static [Requirement] = members.leak();
        groups.extend([Requirement::All(members), Requirement::Any(members)]);
    };
    for (i, one) in parts.iter().enumerate() {
        push(vec![*one]);
        for (j, two) in parts.iter().enumerate().skip(i + 1) {
            push(vec![*one, *two]);
            for three in &parts[j + 1..] {
                push(vec![*one, *two, *three]);
            }
        }
    }
    groups
}

/// Every tree of depth 3 or less, with up to three branches at each node.
fn trees() -> Vec<Requirement> {
    let leaves: Vec<Requirement> = SCOPES.map(Requirement::Scope).to_vec();
    let mut below = leaves.clone();
    below.extend(groups(&leaves));
    let mut all = below.clone();
    all.extend(groups(&below));
    all
}

/// Redundant trees too, which `Policy::new` refuses: they must decide no less exactly.
fn policy(tree: Requirement) -> Policy {
    Policy {
        clauses: vec![Clause::OAuthToken(tree)].leak(),
        is_optional: false,
        allows_pending: false,
    }
}

pub(crate) fn caller(granted: &BTreeSet<&'static str>) -> Identity {
    let user_id = UserId::new("user_1");
    let facts = OAuthFacts {
        subject: Subject::User(user_id.clone()),
        user_id,
        client_id: ClientId::new("client"),
        token_id: None,
        scopes: Scopes::from_list(granted.iter().map(|scope| Cow::Borrowed(*scope))),
        audience: [].into(),
        org_id: None,
        actor: None,
        is_jwt: true,
        expires_at: None,
    };
    Identity::OAuth(OAuthToken::new(facts))
}

/// A hierarchy, and the same once more for the evaluator: each scope that implies, and all that it
/// implies in the end.
type Hierarchy = (ScopeHierarchy, &'static [(&'static str, &'static [&'static str])]);

const HIERARCHIES: [Hierarchy; 5] = [
    (ScopeHierarchy::NONE, &[]),
    (ScopeHierarchy::new(&[("b", &["c"])]), &[("b", &["c"])]),
    (ScopeHierarchy::new(&[("c", &["b"])]), &[("c", &["b"])]),
    (ScopeHierarchy::new(&[("a", &["c", "b"])]), &[("a", &["b", "c"])]),
    // Against the order of the source, and over a step between.
    (ScopeHierarchy::new(&[("c", &["b"]), ("b", &["a"])]), &[("c", &["a", "b"]), ("b", &["a"])]),
];

/// What was granted, and all that follows from it.
fn expanded(granted: &Alternative, (_, closure): Hierarchy) -> Alternative {
    let implied = closure.iter().filter(|(scope, _)| granted.contains(scope));
    granted
        .iter()
        .copied()
        .chain(implied.flat_map(|(_, implied)| implied.iter().copied()))
        .collect()
}

/// All sets of `scopes`.
fn subsets(scopes: &[&'static str]) -> Vec<Alternative> {
    let places = 0..scopes.len();
    let subset = |bits: usize| {
        places.clone().filter(|bit| bits >> bit & 1 == 1).map(|bit| scopes[bit]).collect()
    };
    (0..1 << scopes.len()).map(subset).collect()
}

/// The smallest part of an alternative from which all of it follows.
fn smallest(alternative: &Alternative, hierarchy: Hierarchy) -> Alternative {
    let scopes: Vec<&'static str> = alternative.iter().copied().collect();
    let enough = |part: &Alternative| alternative.is_subset(&expanded(part, hierarchy));
    subsets(&scopes).into_iter().filter(enough).min_by_key(BTreeSet::len).unwrap()
}

#[test]
fn every_tree_decides_for_every_caller_like_its_list_of_alternatives() {
    let callers = subsets(&SCOPES);
    let trees = trees();
    assert!(trees.len() > 1_000);
    for hierarchy in HIERARCHIES {
        for tree in &trees {
            let policy = policy(*tree);
            let alternatives: Vec<Alternative> =
                alternatives(tree).iter().map(|one| smallest(one, hierarchy)).collect();
            for granted in &callers {
                let all = expanded(granted, hierarchy);
                let met = alternatives.iter().any(|alternative| alternative.is_subset(&all));
                let missing = |alternative: &&Alternative| alternative.difference(&all).count();
                match policy.decide(&caller(granted), hierarchy.0) {
                    Ok(()) => assert!(met, "{tree} let in {granted:?}"),
                    Err(Denial::MissingScopes(named)) => {
                        assert!(!met, "{tree} refused {granted:?}");
                        let named: Alternative = named.0.into_iter().collect();
                        let nearest = alternatives.iter().min_by_key(missing);
                        assert_eq!(Some(&named), nearest, "{tree} for {granted:?}");
                    }
                    Err(other) => panic!("{tree}: {other}"),
                }
            }
        }
    }
}

/// What a challenge adds for a policy that the caller passed: with it, and whatever else the client
/// asks for, the caller passes again. It is part of what was granted, and of what the policy names.
#[test]
fn used_scopes_are_enough_and_no_more_than_one_alternative() {
    for hierarchy in HIERARCHIES {
        for tree in trees() {
            let policy = policy(tree);
            let written: Alternative = policy.scopes_of_oauth_tokens().into_iter().collect();
            for granted in &subsets(&SCOPES) {
                if policy.decide(&caller(granted), hierarchy.0).is_err() {
                    continue;
                }
                for others in &subsets(&SCOPES) {
                    let beside = RequiredScopes(others.iter().copied().collect());
                    let used = policy.used_scopes(&caller(granted), &beside, hierarchy.0).0;
                    let used: Alternative = used.into_iter().collect();
                    let next: Alternative = others.union(&used).copied().collect();
                    assert!(policy.decide(&caller(&next), hierarchy.0).is_ok(), "{tree}: {next:?}");
                    assert!(used.is_subset(&expanded(granted, hierarchy)), "{tree}: {used:?}");
                    assert!(used.is_subset(&written), "{tree}: {used:?}");
                    let is_enough = policy.decide(&caller(others), hierarchy.0).is_ok();
                    assert_eq!(used.is_empty(), is_enough, "{tree} beside {others:?}: {used:?}");
                }
            }
        }
    }
}

#[test]
fn with_no_caller_the_first_alternative_is_named() {
    for hierarchy in HIERARCHIES {
        for tree in trees() {
            let named = policy(tree).scopes_to_request(hierarchy.0);
            let first = alternatives(&tree).first().map(|first| smallest(first, hierarchy));
            assert_eq!(named.map(|named| named.0.into_iter().collect()), first, "{tree}");
        }
    }
}
