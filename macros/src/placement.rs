//! Conditions beside `accepts` in, mistakes out: each must fit the token types that can enter.

use crate::{
    args::ConditionArgs,
    condition::Condition,
    entry::{Entry, Wording},
    errors::Errors,
    token_type::{TokenType, accepts_argument, accepts_with_scopes, alternative_types},
};

/// The entry, if all conditions outside of clauses fit it: one of the two is wrong otherwise.
pub(crate) fn check(
    entry: Entry,
    conditions: &[ConditionArgs],
    errors: &mut Errors,
) -> Option<Entry> {
    let before = errors.count();
    for args in conditions.iter().filter(|args| args.value.is_readable()) {
        match (entry.wording, args.condition) {
            (Wording::Clauses, _) => outside_of_clauses(&entry, args, errors),
            (_, Condition::Scopes) => scopes(&entry, conditions, args, errors),
            _ => one_type(&entry, conditions, args, errors),
        }
    }
    (errors.count() == before).then_some(entry)
}

fn outside_of_clauses(entry: &Entry, args: &ConditionArgs, errors: &mut Errors) {
    let ConditionArgs { condition, name, value } = args;
    let fitting: Vec<String> = entry
        .types
        .iter()
        .filter(|kind| condition.fits(**kind))
        .map(|kind| format!("`{}({name} = {value})`", kind.name()))
        .collect();
    let help = if fitting.is_empty() {
        let owners = alternative_types(&condition.fitting_types());
        format!("remove `{name}`, or add a clause of {owners}")
    } else {
        format!("write {}", fitting.join(" and "))
    };
    errors.push(name.span(), &format!("`{name}` stands outside of the clauses"), &help);
}

/// Scopes can be required only where every accepted token carries some.
fn scopes(entry: &Entry, all: &[ConditionArgs], args: &ConditionArgs, errors: &mut Errors) {
    let session = entry.types.contains(&TokenType::Session);
    let m2m = entry.types.contains(&TokenType::M2m);
    let message = match (session, m2m) {
        (false, false) => return,
        (true, false) => "`scopes` cannot be required: a `session_token` has none",
        (false, true) => "`scopes` cannot be required: those of an `m2m_token` are machine ids",
        (true, true) => {
            "`scopes` cannot be required: a `session_token` has none, and those of an `m2m_token` \
             are machine ids"
        }
    };
    let narrowed = accepts_with_scopes(&entry.types);
    let help = match entry.wording {
        Wording::Default => {
            format!("add `{narrowed}`: without `accepts` only a `session_token` can enter")
        }
        _ if entry.types.iter().any(|kind| kind.carries_scopes()) => {
            format!("write `{narrowed}`, or a clause for each type: `{}`", as_clauses(entry, all))
        }
        _ => format!("write `{narrowed}`, or remove `scopes`"),
    };
    errors.push(args.name.span(), message, &help);
}

/// All other conditions stand for one token type, so no other may enter.
fn one_type(entry: &Entry, all: &[ConditionArgs], args: &ConditionArgs, errors: &mut Errors) {
    let ConditionArgs { condition, name, .. } = args;
    let fits = |kind: &TokenType| condition.fits(*kind);
    if entry.types.iter().all(fits) {
        return;
    }
    let owners = condition.fitting_types();
    let owner = alternative_types(&owners);
    if entry.types.iter().any(fits) {
        let others: Vec<TokenType> =
            entry.types.iter().copied().filter(|kind| !condition.fits(*kind)).collect();
        let others = alternative_types(&others);
        let message = format!("`{name}` is a condition of {owner}, and {others} can enter too");
        let help = format!("write `{}`", as_clauses(entry, all));
        return errors.push(name.span(), &message, &help);
    }
    let narrowed = accepts_argument(&owners);
    let message = format!("`{name}` is a condition of {owner}, which cannot enter");
    let help = match entry.wording {
        Wording::Default => {
            format!("add `{narrowed}`: without `accepts` only a `session_token` can enter")
        }
        _ => format!("write `{narrowed}`, or remove `{name}`"),
    };
    errors.push(name.span(), &message, &help);
}

/// `session_token(role = "org:admin"), api_key`: each condition in the clauses that it fits.
fn as_clauses(entry: &Entry, conditions: &[ConditionArgs]) -> String {
    let clauses = entry.types.iter().map(|kind| {
        let fitting: Vec<String> = conditions
            .iter()
            .filter(|args| args.condition.fits(*kind))
            .map(|args| format!("{} = {}", args.name, args.value))
            .collect();
        if fitting.is_empty() {
            return kind.name().to_owned();
        }
        format!("{}({})", kind.name(), fitting.join(", "))
    });
    clauses.collect::<Vec<_>>().join(", ")
}
