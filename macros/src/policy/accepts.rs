//! `accepts`, `optional` and the names of clauses in, [`Accepts`] out: which token types are accepted,
//! and whether a request without a credential is.

use std::collections::HashSet;

use syn::LitStr;

use crate::{
    args::{
        Argument, ClauseArgs, ConditionArgs,
        tree::{Leaf, Value},
    },
    errors::Errors,
    suggest::{alternatives, near},
    token_type::{TokenType, accepts_argument, alternative_types},
};

/// The word that accepts every token type.
const ANY: &str = "any";

/// Who may enter, before any condition is looked at.
#[derive(Clone)]
pub(crate) struct Accepts {
    /// At least one, each once, in the order of the source.
    pub(crate) types: Vec<TokenType>,
    pub(crate) form: AcceptsForm,
    /// Whether a request without a credential is accepted.
    pub(crate) is_optional: bool,
    /// The types whose tokens are accepted only if they have an organization.
    pub(crate) with_organization: Vec<TokenType>,
}

/// Where the token types are named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AcceptsForm {
    /// Nowhere: sessions, Clerk's default.
    Default,
    /// `accepts = "api_key"`
    Argument,
    /// `session_token(…), api_key`
    Clauses,
}

impl Accepts {
    /// `clauses` are the types of the clauses. Returns `None` if it is not certain which types pass.
    pub(crate) fn check(
        accepts: Option<Argument>,
        is_optional: bool,
        clauses: &[TokenType],
        errors: &mut Errors,
    ) -> Option<Self> {
        let (types, form) = match (accepts, clauses) {
            (None, []) => (Some(vec![TokenType::Session]), AcceptsForm::Default),
            (Some(accepts), []) => (accepted_types(&accepts.value, errors), AcceptsForm::Argument),
            (accepts, clauses) => {
                if let Some(accepts) = accepts {
                    beside_clauses(&accepts, clauses, errors);
                }
                (Some(clauses.to_vec()), AcceptsForm::Clauses)
            }
        };
        Some(Self { types: types?, form, is_optional, with_organization: Vec::new() })
    }

    /// Beside a shared policy: no types where `accepts` names none.
    pub(crate) fn beside_base(
        accepts: Option<Argument>,
        is_optional: bool,
        errors: &mut Errors,
    ) -> Option<Self> {
        let (types, form) = match accepts {
            Some(accepts) => (accepted_types(&accepts.value, errors)?, AcceptsForm::Argument),
            None => (Vec::new(), AcceptsForm::Clauses),
        };
        Some(Self { types, form, is_optional, with_organization: Vec::new() })
    }

    /// Notes which types need an organization: `shared` conditions are of each type, without clauses.
    pub(crate) fn note_organization(&mut self, shared: &[ConditionArgs], clauses: &[ClauseArgs]) {
        let requires = |conditions: &[ConditionArgs]| {
            conditions.iter().any(|args| args.condition.requires_organization())
        };
        let clause = |kind: &TokenType| clauses.iter().find(|clause| clause.kind == *kind);
        let has = |kind: &TokenType| requires(clause(kind).map_or(shared, |it| &it.conditions));
        self.with_organization = self.types.iter().copied().filter(has).collect();
    }

    /// What to do so that only these types enter, whose tokens have `what`.
    pub(crate) fn only(&self, types: &[TokenType], what: &str) -> String {
        if self.form != AcceptsForm::Clauses {
            return format!("accept only tokens with {what}: `{}`", accepts_argument(types));
        }
        let names: Vec<String> = types.iter().map(|kind| format!("`{}`", kind.name())).collect();
        let clauses = if names.len() == 1 { "clause" } else { "clauses" };
        format!("keep only the {clauses} of {}", names.join(" and "))
    }
}

/// What clauses do not accept must not be accepted because `accepts` goes, and the reverse.
fn beside_clauses(accepts: &Argument, clauses: &[TokenType], errors: &mut Errors) {
    let accepted = accepted_types(&accepts.value, &mut Errors::default()).unwrap_or_default();
    let help = if clauses.iter().all(|kind| accepted.contains(kind)) {
        "remove `accepts`: the clauses name the token types"
    } else {
        "name the token types by clauses alone: each clause accepts its type"
    };
    errors.push(accepts.name.span(), "`accepts` cannot stand beside clauses", help);
}

fn accepted_types(value: &Value, errors: &mut Errors) -> Option<Vec<TokenType>> {
    match value {
        Value::Leaf(Leaf::Text(literal)) if literal.value() == ANY => Some(TokenType::ALL.to_vec()),
        Value::Leaf(Leaf::Text(literal)) => {
            token_type(literal, Written::Alone, errors).map(|kind| vec![kind])
        }
        Value::List(span, members) if members.is_empty() => {
            let help = format!("name a token type: {}", one_of(Written::List));
            errors.push(*span, "`accepts` is empty: no token is accepted", &help);
            None
        }
        Value::List(_, members) => {
            let mut seen = HashSet::new();
            let types: Vec<Option<TokenType>> = members
                .iter()
                .map(|member| match member {
                    Some(Leaf::Text(literal)) => {
                        let written =
                            if members.len() == 1 { Written::Only } else { Written::List };
                        let kind = token_type(literal, written, errors)?;
                        if !seen.insert(kind.name()) {
                            let name = kind.name();
                            let message = format!("token type `{name}` is written twice");
                            let help = format!("remove one `{name}`");
                            errors.push(literal.span(), &message, &help);
                        }
                        Some(kind)
                    }
                    _ => None,
                })
                .collect();
            types.into_iter().collect()
        }
        _ => None,
    }
}

/// Where the name of a token type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Alone,
    List,
    /// The one member of a list.
    Only,
}

fn token_type(literal: &LitStr, written: Written, errors: &mut Errors) -> Option<TokenType> {
    let name = literal.value();
    if let Some(kind) = TokenType::from_name(&name) {
        return Some(kind);
    }
    let (message, help) = if name == ANY {
        let message = "`any` cannot stand in a list".to_owned();
        let help = match written {
            Written::Alone | Written::Only => "write `accepts = \"any\"`",
            Written::List => "remove `any`; it accepts every type of token, and stands alone",
        };
        (message, help.to_owned())
    } else if name.trim().is_empty() {
        let message = "an empty string is not a token type".to_owned();
        (message, one_of(written))
    } else {
        let message = format!("unknown token type `{}`", name.escape_debug());
        (message, token_type_help(&name, written))
    };
    errors.push(literal.span(), &message, &help);
    None
}

fn token_type_help(name: &str, written: Written) -> String {
    let words = name.split([' ', ',']).filter(|word| !word.is_empty());
    let types: Option<Vec<TokenType>> = words.map(TokenType::from_name).collect();
    if let Some(types) = types.filter(|types| !types.is_empty()) {
        return format!("write `{}`", accepts_argument(&types));
    }
    if written == Written::Alone && name.trim().eq_ignore_ascii_case(ANY) {
        return format!("did you mean `{ANY}`?");
    }
    let near = near(name, TokenType::ALL.map(TokenType::name));
    if near.is_empty() {
        return one_of(written);
    }
    format!("did you mean {}?", alternatives(&near))
}

fn one_of(written: Written) -> String {
    let types = alternative_types(&TokenType::ALL);
    match written {
        Written::Alone => format!("one of {types}; `any` for all of them"),
        Written::List | Written::Only => format!("one of {types}"),
    }
}
