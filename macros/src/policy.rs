//! [`Args`] in, [`Policy`] out: which tokens are accepted, and what each must carry.

pub(crate) mod absorption;
pub(crate) mod accepts;
pub(crate) mod format;
pub(crate) mod group;
pub(crate) mod narrowing;
pub(crate) mod placement;
pub(crate) mod requirement;
pub(crate) mod scope;

use syn::Path;

use crate::{
    args::{Args, ClauseArgs, ConditionArgs, tree::Leaf},
    condition::Condition,
    errors::Errors,
    policy::{
        accepts::Accepts, narrowing::check_narrowing, placement::check_placement,
        requirement::Requirement,
    },
    token_type::TokenType,
};

/// What the attribute demands. Only this can be expanded.
pub(crate) struct Policy {
    /// The shared policy, which the rest can only narrow.
    pub(crate) base: Option<Path>,
    /// Without types where only the shared policy says which.
    pub(crate) accepts: Accepts,
    /// For each token type at most one, in the order of the source; at least one without a base.
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
    pub(crate) allows_pending: bool,
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
            policy: base,
            crate_path: _,  // `Paths`
            policy_name: _, // `Paths`
        } = args;
        let kinds: Vec<TokenType> = clauses.iter().map(|clause| clause.kind).collect();
        let accepts = errors
            .step(|errors| match &base {
                Some(_) => Accepts::beside_base(accepts, is_optional, errors),
                None => Accepts::check(accepts, is_optional, &kinds, errors),
            })
            .flatten()
            .filter(|_| !has_gaps);
        let accepts = accepts.and_then(|mut accepts| {
            accepts.note_organization(&conditions, &clauses);
            let place = |errors: &mut Errors| match &base {
                Some(_) => check_narrowing(&accepts, &clauses, &conditions, errors),
                None => check_placement(&accepts, &clauses, &conditions, errors),
            };
            errors.step(place).map(|()| accepts)
        });
        let clauses = errors.step(|errors| {
            // An argument that changes nothing is not reported beside arguments that cannot be read.
            if !has_gaps {
                let lists = clauses.iter().map(|clause| &clause.conditions).chain([&conditions]);
                lists.for_each(|conditions| check_organization(conditions, errors));
            }
            let shared = Clause::check(TokenType::Session, conditions, errors);
            let named = clauses
                .into_iter()
                .map(|ClauseArgs { kind, conditions, .. }| Clause::check(kind, conditions, errors));
            (shared, named.collect())
        });
        let policy = accepts.clone().zip(clauses);
        // What a shared policy accepts, and so which values it gives, only rustc knows.
        let certain = accepts.filter(|_| base.is_none());
        let new = |(accepts, (shared, named))| Self::new(base, accepts, &shared, named);
        (certain, policy.map(new))
    }

    /// `shared` is for each accepted type, if there are no clauses.
    fn new(base: Option<Path>, accepts: Accepts, shared: &Clause, named: Vec<Clause>) -> Self {
        let is_shared = named.is_empty();
        let of = |kind: &TokenType| {
            let named = named.iter().find(|clause| clause.kind == *kind).unwrap_or(shared);
            Clause { kind: *kind, ..named.clone() }
        };
        let is_narrowed = base.is_some() && !accepts.types.is_empty();
        let clauses =
            if is_shared || is_narrowed { accepts.types.iter().map(of).collect() } else { named };
        Self { base, accepts, clauses, is_shared }
    }

    /// "Requires `oauth_token` with `scopes = "read:notes"`, or `api_key`."
    pub(crate) fn summary(&self) -> String {
        if let Some(base) = &self.base {
            return self.summary_beside(&Leaf::Path(base.clone()).to_string());
        }
        format!("Requires {}.", self.alternatives())
    }

    /// "Requires the policy `ReadNotes`, and of `oauth_token` also `scopes = "write:notes"`."
    fn summary_beside(&self, base: &str) -> String {
        let also = |it: &Clause| format!(", and of `{}` also `{}`", it.kind.name(), it.written);
        let more = match self.accepts.types.as_slice() {
            [] => self.clauses.iter().map(also).collect(),
            _ => format!(", and only {}", self.alternatives()),
        };
        format!("Requires the policy `{base}`{more}.")
    }

    fn alternatives(&self) -> String {
        let mut alternatives: Vec<String> = self.clauses.iter().map(Clause::summary).collect();
        if self.accepts.is_optional {
            alternatives.push("no credential".to_owned());
        }
        alternatives.join(", or ")
    }
}

impl Clause {
    /// `All` of `All` is one list.
    fn check(kind: TokenType, conditions: Vec<ConditionArgs>, errors: &mut Errors) -> Self {
        let written: Vec<String> = conditions.iter().map(ToString::to_string).collect();
        let written = written.join(", ");
        let allows_pending =
            conditions.iter().any(|args| args.condition == Condition::AllowPending);
        let requirements = conditions
            .into_iter()
            .filter_map(|args| Requirement::check(args, errors))
            .flat_map(Requirement::into_parts);
        Self { kind, requirements: requirements.collect(), allows_pending, written }
    }

    fn summary(&self) -> String {
        match self.written.as_str() {
            "" => format!("`{}`", self.kind.name()),
            conditions => format!("`{}` with `{conditions}`", self.kind.name()),
        }
    }
}

/// A role or a permission is one in the active organization.
fn check_organization(conditions: &[ConditionArgs], errors: &mut Errors) {
    let of = |wanted| conditions.iter().find(move |args: &&ConditionArgs| args.condition == wanted);
    let implied = of(Condition::Role).or_else(|| of(Condition::Permission));
    let organization = of(Condition::Organization).filter(|args| args.value.is_readable());
    if let (Some(organization), Some(implied)) = (organization, implied) {
        let message =
            format!("`organization` changes nothing: `{}` requires an organization", implied.name);
        errors.push(organization.name.span(), &message, "remove `organization`");
    }
}
