//! Which callers one policy admits and another rejects. Decided over the contents of tokens, not by
//! comparing text.

mod callers;
mod fact;
pub(super) mod formula;
pub(super) mod implications;
mod line;
#[cfg(test)]
mod tests;

pub(crate) use self::line::code_span;

use std::{collections::HashSet, fmt};

use self::{
    callers::{Facts, Undecided, Universe, smallest},
    fact::Fact,
    formula::{Formula, Guards, Vocabulary},
    implications::ScopeImplications,
};
use super::{Policy, ScopeHierarchy};
use crate::token::TokenType;

const TOKEN_TYPES: [TokenType; 4] =
    [TokenType::SessionToken, TokenType::OAuthToken, TokenType::M2mToken, TokenType::ApiKey];

/// The callers that a changed policy newly admits, and those that it newly rejects.
///
/// [`Policy::difference`] returns it. `Display` prints one line for each kind of caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    changes: Vec<CallerChange>,
}

/// Callers who are decided otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CallerChange {
    direction: Direction,
    callers: Callers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Admits,
    Rejects,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Callers {
    Anonymous,
    Tokens {
        token_type: TokenType,
        with: Vec<Fact>,
        without: Without,
    },
    /// There may be some.
    Undecided(TokenType),
}

/// What the other policy requires beside the facts of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Without {
    /// One of these sets; it admits no caller with the facts if there is none.
    OneOf(Vec<Vec<Fact>>),
    /// One of very many sets.
    More,
}

impl Policy {
    /// Compares two policies: returns the callers that `new` admits and `self` rejects, and the
    /// reverse.
    ///
    /// ```
    /// use clerk_auth::{Policy, policy};
    ///
    /// const OLD: Policy = policy!(accepts = "session_token");
    /// const NEW: Policy = policy!(session_token(role = "org:admin"), api_key(scopes = "write:notes"));
    ///
    /// let difference = OLD.difference(NEW);
    /// assert_eq!(
    ///     difference.to_string(),
    ///     "\
    /// newly admits `api_key` with scope `write:notes`
    /// newly rejects `session_token` without role `org:admin`"
    /// );
    /// assert!(difference.is_weakened());
    /// ```
    ///
    /// All conditions are compared by meaning, so another form of the same requirement is not a
    /// difference. A caller has at most one role, and one client or machine.
    ///
    /// Exact if both policies together name at most 12 values for a token type, reverifications
    /// counted as three. Exact for more, up to 128 values and 4,096 alternatives. Beyond,
    /// the difference is undecided, and counts as weakened.
    #[must_use]
    pub fn difference(self, new: Self) -> Difference {
        self.difference_in(new, ScopeHierarchy::NONE)
    }

    /// Compares two policies like [`difference`](Self::difference), if scopes imply others.
    ///
    /// ```
    /// use clerk_auth::{Policy, policy, policy::ScopeHierarchy};
    ///
    /// const HIERARCHY: ScopeHierarchy = ScopeHierarchy::new(&[("write", &["read"])]);
    /// const OLD: Policy = policy!(accepts = "api_key", scopes = "read write");
    /// const NEW: Policy = policy!(accepts = "api_key", scopes = "write");
    ///
    /// assert!(OLD.difference_in(NEW, HIERARCHY).is_empty());
    /// assert!(OLD.difference(NEW).is_weakened());
    /// ```
    #[must_use]
    pub fn difference_in(self, new: Self, hierarchy: ScopeHierarchy) -> Difference {
        let hierarchy = &ScopeImplications::from(hierarchy);
        let guards = |policies| Guards { policies, hierarchy };
        Difference::between(guards(&[&self.into()]), guards(&[&new.into()]))
    }
}

impl Difference {
    pub(crate) fn between(old: Guards<'_>, new: Guards<'_>) -> Self {
        let mut changes: Vec<CallerChange> = TOKEN_TYPES
            .into_iter()
            .flat_map(|token_type| changes_of(token_type, old, new))
            .collect();
        let anonymous = |guards: Guards<'_>| guards.policies.iter().all(|it| it.is_optional());
        let callers = Callers::Anonymous;
        match (anonymous(old), anonymous(new)) {
            (false, true) => changes.push(CallerChange { direction: Direction::Admits, callers }),
            (true, false) => changes.push(CallerChange { direction: Direction::Rejects, callers }),
            (true, true) | (false, false) => {}
        }
        changes.sort_by_key(|change| change.direction == Direction::Rejects);
        Self { changes }
    }

    /// Returns whether both policies admit the same callers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns whether the new policy admits a caller whom the old one rejects, or whether this is
    /// undecided.
    #[must_use]
    pub fn is_weakened(&self) -> bool {
        self.changes.iter().any(CallerChange::is_weaker)
    }

    /// The callers whom the new policy admits and the old one does not.
    pub(crate) fn admitted(&self) -> impl Iterator<Item = String> {
        let admits = |change: &&CallerChange| change.direction == Direction::Admits;
        self.changes.iter().filter(admits).map(|change| change.callers.to_string())
    }

    /// The lines, each with whether it says that the policy is weaker.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (String, bool)> {
        self.changes.iter().map(|change| (change.to_string(), change.is_weaker()))
    }
}

impl CallerChange {
    const fn is_weaker(&self) -> bool {
        matches!(self.direction, Direction::Admits) || matches!(self.callers, Callers::Undecided(_))
    }
}

/// One line for each change, without a line break at the end.
impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.changes.iter().map(CallerChange::to_string).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

fn changes_of(token_type: TokenType, old: Guards<'_>, new: Guards<'_>) -> Vec<CallerChange> {
    let vocabulary = Vocabulary::new(token_type, [old, new]);
    let [old, new] = [old, new].map(|guards| vocabulary.formula(token_type, guards));
    if old == new {
        return Vec::new();
    }
    let universe = Universe::new([&old, &new], &vocabulary);
    let directions = [(Direction::Admits, &old, &new), (Direction::Rejects, &new, &old)];
    let changes = directions.into_iter().flat_map(|(direction, without, with)| {
        let found = universe.as_ref().map_err(|it| *it);
        let found = found.and_then(|it| only_admitted_by(it, with, without, token_type));
        let callers = found.unwrap_or_else(|Undecided| vec![Callers::Undecided(token_type)]);
        callers.into_iter().map(move |callers| CallerChange { direction, callers })
    });
    changes.collect()
}

/// The callers whom the one formula admits and the other does not. Both admit a caller with more
/// facts if they admit one with fewer, so the smallest callers decide.
fn only_admitted_by(
    universe: &Universe,
    one: &Formula,
    other: &Formula,
    token_type: TokenType,
) -> Result<Vec<Callers>, Undecided> {
    let admitted = universe.smallest_callers(one)?;
    let alternatives = universe.smallest_callers(other);
    let callers = admitted.into_iter().filter(|caller| !universe.admits(other, *caller));
    let callers = callers.map(|caller| Callers::Tokens {
        token_type,
        with: universe.named(caller).into_iter().cloned().collect(),
        without: alternatives
            .as_ref()
            .map_or(Without::More, |alternatives| without(universe, caller, alternatives)),
    });
    Ok(callers.collect())
}

/// What a caller lacks to be admitted in one of these ways.
fn without(universe: &Universe, caller: Facts, alternatives: &[Facts]) -> Without {
    /// More do not help a reader.
    const MOST: usize = 3;
    let possible = alternatives.iter().filter(|other| universe.both(caller, **other).is_some());
    let missing: HashSet<Facts> = possible.map(|other| other & !caller).collect();
    match smallest(missing) {
        Ok(sets) if sets.len() <= MOST => {
            let named = |set: Facts| universe.named(set).into_iter().cloned().collect();
            Without::OneOf(sets.into_iter().map(named).collect())
        }
        _ => Without::More,
    }
}
