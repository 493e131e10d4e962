//! Requirements as formulas over facts. Both policies use the same facts.

use std::collections::BTreeSet;

use super::{fact::Fact, implications::ScopeImplications};
use crate::{
    policy::{
        record::{FactorsRecord, PolicyRecord, RequirementRecord},
        session::organization::{feature_name, without_prefix},
    },
    token::TokenType,
};

/// What a caller must have. Without parts, `All` admits every caller and `Any` none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    Fact(Fact),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// The policies that a request passes one after the other, and the hierarchy by which they decide.
#[derive(Clone, Copy)]
pub(crate) struct Guards<'p> {
    pub(crate) policies: &'p [&'p PolicyRecord],
    pub(crate) hierarchy: &'p ScopeImplications,
}

/// What both sides name for one token type, so that each side is written with the same facts.
pub(super) struct Vocabulary<'p> {
    /// Scopes that count for what they imply on one side only.
    unequal: BTreeSet<&'p str>,
    /// Features and plans that one side requires of the organization or of the user alone.
    held: BTreeSet<&'p str>,
    /// Whether one of the policies admits pending sessions.
    has_pending: bool,
    hierarchies: [&'p ScopeImplications; 2],
}

impl Formula {
    const ALWAYS: Self = Self::All(Vec::new());
    const NEVER: Self = Self::Any(Vec::new());

    pub(super) fn facts(&self) -> Vec<&Fact> {
        match self {
            Self::Fact(fact) => vec![fact],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::facts).collect(),
        }
    }

    fn any(facts: impl IntoIterator<Item = Fact>) -> Self {
        Self::Any(facts.into_iter().map(Self::Fact).collect())
    }

    fn all(facts: impl IntoIterator<Item = Fact>) -> Self {
        Self::All(facts.into_iter().map(Self::Fact).collect())
    }
}

impl<'p> Vocabulary<'p> {
    pub(super) fn new(token_type: TokenType, sides: [Guards<'p>; 2]) -> Self {
        let hierarchies = sides.map(|side| side.hierarchy);
        let policies = || sides.into_iter().flat_map(|side| side.policies).copied();
        let requirements = policies().filter_map(|policy| policy.requirement(token_type));
        let (unequal, held) = (BTreeSet::new(), BTreeSet::new());
        let has_pending = policies().any(PolicyRecord::allows_pending);
        let mut vocabulary = Self { unequal, held, has_pending, hierarchies };
        for leaf in requirements.flat_map(RequirementRecord::leaves) {
            match leaf {
                RequirementRecord::Scope(scope) => vocabulary.add_implying(scope),
                RequirementRecord::Feature(text) | RequirementRecord::Plan(text) => {
                    let name = feature_name(text).filter(|it| it.of_user != it.of_organization);
                    vocabulary.held.extend(name.map(|it| it.text));
                }
                _ => {}
            }
        }
        vocabulary
    }

    fn add_implying(&mut self, scope: &str) {
        let [old, new] = self.hierarchies;
        let implying = old.implying().chain(new.implying());
        let one_sided = |other: &&str| old.implies(other, scope) != new.implies(other, scope);
        self.unequal.extend(implying.filter(one_sided));
    }

    /// Whether each caller with the one fact has the other, on both sides.
    pub(super) fn implies(&self, one: &Fact, other: &Fact) -> bool {
        match (one, other) {
            (Fact::Scope(scope), Fact::Scope(other)) => {
                self.hierarchies.iter().all(|hierarchy| hierarchy.implies(scope, other))
            }
            _ => one.implies(other),
        }
    }

    /// What a token of this type must carry to pass all of the policies.
    pub(super) fn formula(&self, token_type: TokenType, guards: Guards<'_>) -> Formula {
        let policies = guards.policies;
        let accepts = |policy: &&PolicyRecord| policy.requirement(token_type).is_some();
        if !policies.is_empty() && !policies.iter().any(accepts) {
            return Formula::NEVER;
        }
        let is_session = token_type == TokenType::SessionToken;
        let part = |policy: &&PolicyRecord| match policy.requirement(token_type) {
            Some(requirement) if is_session && self.has_pending && !policy.allows_pending() => {
                let requirement = self.of(requirement, guards.hierarchy);
                Formula::All(vec![Formula::Fact(Fact::Active), requirement])
            }
            Some(requirement) => self.of(requirement, guards.hierarchy),
            None if is_session && policy.is_optional() => Formula::Fact(Fact::Cookie),
            None => Formula::NEVER,
        };
        Formula::All(policies.iter().map(part).collect())
    }

    fn of(&self, requirement: &RequirementRecord, hierarchy: &ScopeImplications) -> Formula {
        let parts = |list: &[RequirementRecord]| -> Vec<Formula> {
            list.iter().map(|part| self.of(part, hierarchy)).collect()
        };
        match requirement {
            RequirementRecord::NothingMore => Formula::ALWAYS,
            RequirementRecord::Scope(scope) => {
                let implies = |other: &&&str| hierarchy.implies(other, scope);
                let implying = self.unequal.iter().filter(implies).copied();
                let scopes = implying.chain([scope.as_str()]).map(str::to_owned);
                Formula::any(scopes.map(Fact::Scope))
            }
            RequirementRecord::Role(role) => with_prefix(role, Fact::Role),
            RequirementRecord::Permission(name) => with_prefix(name, Fact::Permission),
            RequirementRecord::Feature(text) => self.of_feature(text, Fact::Feature),
            RequirementRecord::Plan(text) => self.of_feature(text, Fact::Plan),
            RequirementRecord::Reverification(needed) => of_factors(*needed),
            RequirementRecord::Machine(machines) => {
                Formula::any(machines.iter().cloned().map(Fact::Machine))
            }
            RequirementRecord::Audience(audience) => {
                Formula::Fact(Fact::Audience(audience.clone()))
            }
            RequirementRecord::Client(clients) => {
                Formula::any(clients.iter().cloned().map(Fact::Client))
            }
            RequirementRecord::Organization => Formula::Fact(Fact::Organization),
            RequirementRecord::NotImpersonated => Formula::Fact(Fact::NotImpersonated),
            RequirementRecord::Jwt => Formula::Fact(Fact::Jwt),
            RequirementRecord::All(list) => Formula::All(parts(list)),
            RequirementRecord::Any(list) => Formula::Any(parts(list)),
        }
    }

    /// A name without a holder is one fact, unless a side tells the holders apart.
    fn of_feature(&self, text: &str, fact: fn(String) -> Fact) -> Formula {
        let Some(name) = feature_name(text) else { return Formula::NEVER };
        if name.of_user && name.of_organization && !self.held.contains(name.text) {
            return Formula::Fact(fact(name.text.to_owned()));
        }
        let holders = [(name.of_organization, "o"), (name.of_user, "u")];
        let holders = holders.into_iter().filter(|(counts, _)| *counts);
        Formula::any(holders.map(|(_, holder)| fact(format!("{holder}:{}", name.text))))
    }
}

/// Roles and permissions are compared without `org:`; nothing is named by the prefix alone.
fn with_prefix(name: &str, fact: fn(String) -> Fact) -> Formula {
    match without_prefix(name) {
        "" => Formula::NEVER,
        name => Formula::Fact(fact(format!("org:{name}"))),
    }
}

/// The first factor counts for a second one that is not enrolled.
fn of_factors(needed: FactorsRecord) -> Formula {
    let (minutes, enrolled) = match needed {
        FactorsRecord::First(minutes) => (minutes, None),
        FactorsRecord::Second(minutes) => (minutes, Some(vec![Fact::SecondFactor(minutes)])),
        FactorsRecord::Multi(minutes) => {
            (minutes, Some(vec![Fact::FirstFactor(minutes), Fact::SecondFactor(minutes)]))
        }
    };
    match enrolled {
        // An age of the limit is too old.
        _ if minutes == 0 => Formula::NEVER,
        None => Formula::Fact(Fact::FirstFactor(minutes)),
        Some(enrolled) => Formula::Any(vec![
            Formula::all(enrolled),
            Formula::all([Fact::NoSecondFactor, Fact::FirstFactor(minutes)]),
        ]),
    }
}
