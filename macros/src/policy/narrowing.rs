//! Arguments beside a shared policy in, mistakes out: each must narrow a token type that it names.

use crate::{
    args::{ClauseArgs, ConditionArgs},
    errors::Errors,
    policy::{
        accepts::{Accepts, AcceptsForm},
        placement::check_placement,
    },
    suggest::alternatives,
    token_type::accepts_argument,
};

/// Reports conditions without a token type, and clauses without a condition or an accepted type.
pub(crate) fn check_narrowing(
    accepts: &Accepts,
    clauses: &[ClauseArgs],
    conditions: &[ConditionArgs],
    errors: &mut Errors,
) {
    if accepts.form == AcceptsForm::Argument && clauses.is_empty() {
        return check_placement(accepts, clauses, conditions, errors);
    }
    for written @ ConditionArgs { condition, name, .. } in conditions {
        let types = condition.fitting_types().into_iter();
        let clauses: Vec<String> =
            types.map(|kind| format!("{}({written})", kind.name())).collect();
        let clauses: Vec<&str> = clauses.iter().map(String::as_str).collect();
        let message = format!("`{name}` beside `policy` stands in the clause of its token type");
        errors.push(name.span(), &message, &format!("write {}", alternatives(&clauses)));
    }
    for ClauseArgs { kind, name, conditions } in clauses {
        if conditions.is_empty() {
            let message = format!("`{name}` adds nothing to the shared policy");
            let only = accepts_argument(&[*kind]);
            let help = format!("add a condition in parentheses; to keep only this type, `{only}`");
            errors.push(name.span(), &message, &help);
        } else if !accepts.types.is_empty() && !accepts.types.contains(kind) {
            let message = format!("`{name}` is not one of the types that `accepts` keeps");
            errors.push(name.span(), &message, &format!("remove the clause of `{name}`"));
        }
    }
}
