//! [`Args`] and [`Entry`] in, [`Policy`] out: what each token type that may enter must carry.

pub(crate) mod absorption;
pub(crate) mod accepts;
pub(crate) mod format;
pub(crate) mod group;
pub(crate) mod placement;
pub(crate) mod requirement;
pub(crate) mod reverification;
pub(crate) mod scope;

use crate::{
    args::{Args, ClauseArgs, ConditionArgs},
    errors::Errors,
    policy::{
        accepts::{Entry, Optional},
        requirement::Requirement,
    },
    token_type::TokenType,
};

/// What the attribute demands. Only this can be expanded.
pub(crate) struct Policy {
    /// At least one, for each token type at most one, in the order of the source.
    pub(crate) clauses: Vec<Clause>,
    /// Whether every clause asks for the same, because it was written once for all.
    pub(crate) is_shared: bool,
    pub(crate) optional: Option<Optional>,
}

/// A token type that may enter.
pub(crate) struct Clause {
    pub(crate) kind: TokenType,
    /// All are needed; in the order of the source.
    pub(crate) requirements: Vec<Requirement>,
    /// The conditions as they are written.
    written: String,
}

impl Policy {
    /// `None` after a mistake, here or before.
    pub(crate) fn check(args: Args, entry: Option<&Entry>, errors: &mut Errors) -> Option<Self> {
        // No `..`: a new argument must be handled here, or where it is named.
        let Args {
            accepts: _,  // entry
            optional: _, // entry
            clauses,
            conditions,
            crate_path: _,  // naming
            policy_name: _, // naming
            has_gaps: _,    // entry
        } = args;
        let written = written(&conditions);
        let shared = requirements(conditions, errors);
        let named: Vec<Clause> =
            clauses.into_iter().map(|clause| Clause::check(clause, errors)).collect();
        let entry = entry.filter(|_| errors.count() == 0)?;
        let is_shared = named.is_empty();
        let clauses = if is_shared {
            let clause = |kind: &TokenType| Clause {
                kind: *kind,
                requirements: shared.clone(),
                written: written.clone(),
            };
            entry.types.iter().map(clause).collect()
        } else {
            named
        };
        Some(Self { clauses, is_shared, optional: entry.optional })
    }

    /// "Requires `oauth_token` with `scopes = "read:notes"`, or `api_key`."
    pub(crate) fn summary(&self) -> String {
        let mut alternatives: Vec<String> = self.clauses.iter().map(Clause::summary).collect();
        if self.optional.is_some() {
            alternatives.push("no credential".to_owned());
        }
        format!("Requires {}.", alternatives.join(", or "))
    }
}

impl Clause {
    fn check(args: ClauseArgs, errors: &mut Errors) -> Self {
        let ClauseArgs { kind, conditions } = args;
        let written = written(&conditions);
        Self { kind, requirements: requirements(conditions, errors), written }
    }

    fn summary(&self) -> String {
        match self.written.as_str() {
            "" => format!("`{}`", self.kind.name()),
            conditions => format!("`{}` with `{conditions}`", self.kind.name()),
        }
    }
}

fn written(conditions: &[ConditionArgs]) -> String {
    let conditions = conditions.iter().map(|args| format!("{} = {}", args.name, args.value));
    conditions.collect::<Vec<_>>().join(", ")
}

/// `All` of `All` is one list.
fn requirements(conditions: Vec<ConditionArgs>, errors: &mut Errors) -> Vec<Requirement> {
    conditions
        .into_iter()
        .filter_map(|args| Requirement::check(args, errors))
        .flat_map(Requirement::into_parts)
        .collect()
}
