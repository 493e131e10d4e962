//! [`Args`] in, [`Policy`] out: which tokens are accepted, and what each must carry.

pub(crate) mod absorption;
pub(crate) mod accepts;
pub(crate) mod format;
pub(crate) mod group;
pub(crate) mod placement;
pub(crate) mod requirement;
pub(crate) mod scope;

use crate::{
    args::{Args, ClauseArgs, ConditionArgs},
    errors::Errors,
    policy::{accepts::Accepts, placement::check_placement, requirement::Requirement},
    token_type::TokenType,
};

/// What the attribute demands. Only this can be expanded.
pub(crate) struct Policy {
    pub(crate) accepts: Accepts,
    /// At least one, for each token type at most one, in the order of the source.
    pub(crate) clauses: Vec<Clause>,
    /// Whether every clause asks for the same, because it was written once for all.
    pub(crate) is_shared: bool,
}

/// A token type that may enter.
#[derive(Clone)]
pub(crate) struct Clause {
    pub(crate) kind: TokenType,
    /// All are needed; in the order of the source.
    pub(crate) requirements: Vec<Requirement>,
    /// The conditions as they are written.
    written: String,
}

impl Policy {
    /// What is accepted, if that is certain, and the whole policy, if it has no mistake. A handler is
    /// checked against the first, so that all mistakes are seen at once.
    pub(crate) fn check(args: Args, errors: &mut Errors) -> (Option<Accepts>, Option<Self>) {
        // No `..`: a new argument must be handled here.
        let Args {
            accepts,
            is_optional,
            clauses,
            conditions,
            has_gaps,
            crate_path: _,  // `Paths`
            policy_name: _, // `Paths`
        } = args;
        let kinds: Vec<TokenType> = clauses.iter().map(|clause| clause.kind).collect();
        let accepts = errors
            .step(|errors| Accepts::check(accepts, is_optional, &kinds, errors))
            .flatten()
            .filter(|_| !has_gaps);
        let accepts = accepts.and_then(|mut accepts| {
            accepts.note_organization(&conditions, &clauses);
            let place =
                |errors: &mut Errors| check_placement(&accepts, &clauses, &conditions, errors);
            errors.step(place).map(|()| accepts)
        });
        let clauses = errors.step(|errors| {
            let shared = Clause::check(TokenType::Session, conditions, errors);
            let named = clauses
                .into_iter()
                .map(|ClauseArgs { kind, conditions }| Clause::check(kind, conditions, errors));
            (shared, named.collect())
        });
        let policy = accepts.clone().zip(clauses);
        (accepts, policy.map(|(accepts, (shared, named))| Self::new(accepts, &shared, named)))
    }

    /// `shared` is for each accepted type, if there are no clauses.
    fn new(accepts: Accepts, shared: &Clause, named: Vec<Clause>) -> Self {
        let is_shared = named.is_empty();
        let of = |kind: &TokenType| Clause { kind: *kind, ..shared.clone() };
        let clauses = if is_shared { accepts.types.iter().map(of).collect() } else { named };
        Self { accepts, clauses, is_shared }
    }

    /// "Requires `oauth_token` with `scopes = "read:notes"`, or `api_key`."
    pub(crate) fn summary(&self) -> String {
        let mut alternatives: Vec<String> = self.clauses.iter().map(Clause::summary).collect();
        if self.accepts.is_optional {
            alternatives.push("no credential".to_owned());
        }
        format!("Requires {}.", alternatives.join(", or "))
    }
}

impl Clause {
    /// `All` of `All` is one list.
    fn check(kind: TokenType, conditions: Vec<ConditionArgs>, errors: &mut Errors) -> Self {
        let written = conditions.iter().map(|args| format!("{} = {}", args.name, args.value));
        let written = written.collect::<Vec<_>>().join(", ");
        let requirements = conditions
            .into_iter()
            .filter_map(|args| Requirement::check(args, errors))
            .flat_map(Requirement::into_parts);
        Self { kind, requirements: requirements.collect(), written }
    }

    fn summary(&self) -> String {
        match self.written.as_str() {
            "" => format!("`{}`", self.kind.name()),
            conditions => format!("`{}` with `{conditions}`", self.kind.name()),
        }
    }
}
