//! The smallest sets of facts by which callers are admitted: with bits, one for each fact.

use std::collections::{BTreeSet, HashSet};

use super::{
    fact::Fact,
    formula::{Formula, Vocabulary},
};

/// The most facts of a token type that both policies name together.
const MOST_FACTS: usize = u128::BITS as usize;
/// The most smallest callers of a policy. Twelve facts never have more than 924.
const MOST_CALLERS: usize = 4096;
/// The most callers before those are dropped that are not smallest. Twelve facts have 4096.
const MOST_CANDIDATES: usize = 1 << 14;
/// The most pairs of callers that are combined for one group: 924 × 924 are fewer.
const MOST_PAIRS: usize = 1 << 20;

/// A caller who has these facts, what they imply included, and no others.
pub(super) type Facts = u128;

/// The facts of two formulas, and how they depend on each other.
pub(super) struct Universe {
    facts: Vec<Fact>,
    /// For each fact, itself and what it implies.
    closed: Vec<Facts>,
    /// For each fact, those that no caller has beside it.
    excluded: Vec<Facts>,
}

/// The policies have too many facts or alternatives to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undecided;

impl Universe {
    pub(super) fn new(
        formulas: [&Formula; 2],
        vocabulary: &Vocabulary<'_>,
    ) -> Result<Self, Undecided> {
        let facts: BTreeSet<&Fact> = formulas.into_iter().flat_map(Formula::facts).collect();
        if facts.len() > MOST_FACTS {
            return Err(Undecided);
        }
        let facts: Vec<Fact> = facts.into_iter().cloned().collect();
        let those = |holds: &dyn Fn(&Fact) -> bool| {
            let bits = facts.iter().enumerate().filter(|(_, fact)| holds(fact));
            bits.fold(0, |set, (position, _)| set | (1 << position))
        };
        let closed = |fact| those(&|other| fact == other || vocabulary.implies(fact, other));
        let closed = facts.iter().map(closed).collect();
        let excluded = facts.iter().map(|fact| those(&|other| fact.excludes(other))).collect();
        Ok(Self { facts, closed, excluded })
    }

    /// Whether a caller with these facts is admitted.
    pub(super) fn admits(&self, formula: &Formula, caller: Facts) -> bool {
        match formula {
            Formula::Fact(fact) => caller & self.bit(fact) != 0,
            Formula::All(parts) => parts.iter().all(|part| self.admits(part, caller)),
            Formula::Any(parts) => parts.iter().any(|part| self.admits(part, caller)),
        }
    }

    /// The admitted callers of whom none is admitted with a fact less. Each admitted caller has all
    /// facts of one of them.
    pub(super) fn smallest_callers(&self, formula: &Formula) -> Result<Vec<Facts>, Undecided> {
        match formula {
            Formula::Fact(fact) => Ok(vec![self.closed(fact)]),
            Formula::Any(parts) => {
                let mut callers = HashSet::new();
                for part in parts {
                    callers.extend(self.smallest_callers(part)?);
                    if callers.len() > MOST_CANDIDATES {
                        return Err(Undecided);
                    }
                }
                smallest(callers)
            }
            Formula::All(parts) => parts.iter().try_fold(vec![0], |known, part| {
                let more = self.smallest_callers(part)?;
                if known.len() * more.len() > MOST_PAIRS {
                    return Err(Undecided);
                }
                let mut callers = HashSet::new();
                for one in known {
                    callers.extend(more.iter().filter_map(|other| self.both(one, *other)));
                    if callers.len() > MOST_CANDIDATES {
                        return Err(Undecided);
                    }
                }
                smallest(callers)
            }),
        }
    }

    /// The caller who has the facts of both. `None` if no caller can.
    pub(super) fn both(&self, one: Facts, other: Facts) -> Option<Facts> {
        let mut excluded = self.excluded.iter().enumerate();
        let conflicts = excluded.any(|(bit, it)| one & (1 << bit) != 0 && it & other != 0);
        (!conflicts).then_some(one | other)
    }

    /// The facts of a set that no other fact of it implies.
    pub(super) fn named(&self, set: Facts) -> Vec<&Fact> {
        let in_set = |bit: usize| set & (1 << bit) != 0;
        let implied = |bit: usize| {
            let mut closed = self.closed.iter().enumerate();
            closed.any(|(other, it)| other != bit && in_set(other) && it & (1 << bit) != 0)
        };
        let facts = self.facts.iter().enumerate();
        facts.filter(|(bit, _)| in_set(*bit) && !implied(*bit)).map(|(_, fact)| fact).collect()
    }

    fn bit(&self, fact: &Fact) -> Facts {
        self.facts.binary_search(fact).map_or(0, |position| 1 << position)
    }

    fn closed(&self, fact: &Fact) -> Facts {
        let position = self.facts.binary_search(fact).ok();
        position.and_then(|it| self.closed.get(it)).copied().unwrap_or(0)
    }
}

/// Those that have all facts of no other.
pub(super) fn smallest(callers: HashSet<Facts>) -> Result<Vec<Facts>, Undecided> {
    let mut callers: Vec<Facts> = callers.into_iter().collect();
    callers.sort_unstable_by_key(|caller| (caller.count_ones(), *caller));
    let mut kept: Vec<Facts> = Vec::new();
    for caller in callers {
        if kept.iter().any(|smaller| smaller & !caller == 0) {
            continue;
        }
        if kept.len() == MOST_CALLERS {
            return Err(Undecided);
        }
        kept.push(caller);
    }
    Ok(kept)
}
