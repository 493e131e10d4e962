//! Conditions beside `accepts` in, mistakes out: each must fit the token types that can enter.

use crate::{
    args::{ClauseArgs, ConditionArgs},
    condition::Condition,
    errors::Errors,
    policy::accepts::{Accepts, AcceptsForm},
    suggest::alternatives,
    token_type::{TokenType, accepts_argument, alternative_types},
};

/// Reports conditions outside of clauses that do not fit what is accepted: one of the two is wrong.
pub(crate) fn check_placement(
    accepts: &Accepts,
    clauses: &[ClauseArgs],
    conditions: &[ConditionArgs],
    errors: &mut Errors,
) {
    for args in conditions.iter().filter(|args| args.value.is_readable()) {
        match (accepts.form, args.condition) {
            (AcceptsForm::Clauses, _) => outside_of_clauses(accepts, clauses, args, errors),
            (_, Condition::Scopes) => scopes(accepts, conditions, args, errors),
            _ => one_type(accepts, conditions, args, errors),
        }
    }
}

fn outside_of_clauses(
    accepts: &Accepts,
    clauses: &[ClauseArgs],
    args: &ConditionArgs,
    errors: &mut Errors,
) {
    let ConditionArgs { condition, name, .. } = args;
    let has_conditions =
        |clause: &ClauseArgs| condition.fits(clause.kind) && !clause.conditions.is_empty();
    if let Some(clause) = clauses.iter().find(|clause| has_conditions(clause)) {
        // A clause with this condition alone would lack those that stand there.
        let help = format!("move it into `{}(…)`, beside what stands there", clause.kind.name());
        errors.push(name.span(), &format!("`{name}` stands outside of the clauses"), &help);
        return;
    }
    let fitting: Vec<String> = accepts
        .types
        .iter()
        .filter(|kind| condition.fits(**kind))
        .map(|kind| format!("`{}({args})`", kind.name()))
        .collect();
    let others = not_fitting(accepts, *condition);
    let help = match (fitting.as_slice(), others.as_slice()) {
        ([], _) => what_they_can_have(&accepts.types),
        (fitting, []) => format!("write {}", fitting.join(" and ")),
        (fitting, others) => {
            let others = alternative_types(others);
            format!("write {} alone, or a condition of its own for {others}", fitting.join(" and "))
        }
    };
    errors.push(name.span(), &format!("`{name}` stands outside of the clauses"), &help);
}

/// Scopes can be required only where every accepted token carries some.
fn scopes(accepts: &Accepts, all: &[ConditionArgs], args: &ConditionArgs, errors: &mut Errors) {
    let session = accepts.types.contains(&TokenType::Session);
    let m2m = accepts.types.contains(&TokenType::M2m);
    let message = match (session, m2m) {
        (false, false) => return,
        (true, false) => "`scopes` cannot be required: a `session_token` has none",
        (false, true) => "`scopes` cannot be required: those of an `m2m_token` are machine IDs",
        (true, true) => {
            "`scopes` cannot be required: a `session_token` has none, and those of an `m2m_token` \
             are machine IDs"
        }
    };
    errors.push(args.name.span(), message, &other_types(accepts, all, args.condition));
}

/// All other conditions stand for one token type, so no other may enter.
fn one_type(accepts: &Accepts, all: &[ConditionArgs], args: &ConditionArgs, errors: &mut Errors) {
    let ConditionArgs { condition, name, .. } = args;
    let others = not_fitting(accepts, *condition);
    if others.is_empty() {
        return;
    }
    let owner = alternative_types(&condition.fitting_types());
    let message = if others.len() < accepts.types.len() {
        let others = alternative_types(&others);
        format!("`{name}` is a condition of {owner}, and the policy also accepts {others}")
    } else {
        format!("`{name}` is a condition of {owner}, which the policy does not accept")
    };
    errors.push(name.span(), &message, &other_types(accepts, all, *condition));
}

/// Which types to accept so that each token can meet the condition. Never a clause without it, which
/// would accept every token of its type, and never another type than a written one.
fn other_types(accepts: &Accepts, all: &[ConditionArgs], condition: Condition) -> String {
    let is_met = |kind: &&TokenType| condition.fits(**kind);
    let fitting: Vec<TokenType> = accepts.types.iter().filter(is_met).copied().collect();
    let has_own = |kind: &TokenType| all.iter().any(|args| args.condition.fits(*kind));
    if !fitting.is_empty() && accepts.types.iter().all(has_own) {
        return format!("write `{}`", as_clauses(accepts, all));
    }
    if !fitting.is_empty() {
        let narrowed = accepts_argument(&fitting);
        return format!("write `{narrowed}`, or a clause for each type with its own conditions");
    }
    let owner = condition.fitting_types().into_iter().take(1).collect::<Vec<_>>();
    let fits_all = |kind: &TokenType| all.iter().all(|args| args.condition.fits(*kind));
    if accepts.form == AcceptsForm::Default && owner.iter().all(fits_all) {
        let narrowed = accepts_argument(&owner);
        return format!(
            "add `{narrowed}`: without `accepts`, the policy accepts only `session_token`"
        );
    }
    what_they_can_have(&accepts.types)
}

fn not_fitting(accepts: &Accepts, condition: Condition) -> Vec<TokenType> {
    accepts.types.iter().copied().filter(|kind| !condition.fits(*kind)).collect()
}

/// "`api_key` can have `scopes`": a reader decides what to require instead.
fn what_they_can_have(types: &[TokenType]) -> String {
    let conditions = types.iter().map(|kind| {
        format!("`{}` can have {}", kind.name(), alternatives(&Condition::names_for(*kind)))
    });
    conditions.collect::<Vec<_>>().join("; ")
}

/// `session_token(role = "org:admin"), api_key(scopes = "a")`: each condition in the clauses that it
/// fits.
fn as_clauses(accepts: &Accepts, conditions: &[ConditionArgs]) -> String {
    let clauses = accepts.types.iter().map(|kind| {
        let fitting: Vec<String> = conditions
            .iter()
            .filter(|args| args.condition.fits(*kind))
            .map(ToString::to_string)
            .collect();
        format!("{}({})", kind.name(), fitting.join(", "))
    });
    clauses.collect::<Vec<_>>().join(", ")
}
