//! A policy in, its documentation out: what it accepts, in words.

use crate::{
    condition::Condition,
    names::alternatives,
    policy::Policy,
    requirement::Requirement,
    reverification::Reverification,
    tree::{GroupKind, Leaf},
};

/// The lines of the documentation.
pub(crate) fn policy(policy: &Policy) -> Vec<String> {
    let mut lines = match policy.clauses.as_slice() {
        clauses if policy.is_shared || clauses.len() == 1 => {
            let names: Vec<&str> = clauses.iter().map(|clause| clause.kind.name()).collect();
            let with = clauses.first().map(|clause| with(&clause.requirements));
            vec![format!(" Accepts {}{}.", alternatives(&names), with.unwrap_or_default())]
        }
        clauses => {
            let lines = clauses
                .iter()
                .map(|clause| format!(" - `{}`{}", clause.kind.name(), with(&clause.requirements)));
            [" Accepts".to_owned()].into_iter().chain(lines).collect()
        }
    };
    if policy.is_optional {
        lines.extend([String::new(), " A caller without a credential enters too.".to_owned()]);
    }
    lines
}

/// " with scopes `a b`, and audience `c`"
fn with(requirements: &[Requirement]) -> String {
    let scopes: Vec<&Leaf> = requirements.iter().filter_map(as_scope).collect();
    if scopes.len() == requirements.len() && scopes.len() > 1 {
        let scopes: Vec<String> = scopes.into_iter().map(text).collect();
        return format!(" with scopes `{}`", scopes.join(" "));
    }
    let parts: Vec<String> = requirements.iter().map(one).collect();
    match parts.split_last() {
        None => String::new(),
        Some((last, [])) => format!(" with {last}"),
        Some((last, others)) => format!(" with {}, and {last}", others.join(", ")),
    }
}

const fn as_scope(requirement: &Requirement) -> Option<&Leaf> {
    match requirement {
        Requirement::Leaf(Condition::Scopes, leaf) => Some(leaf),
        _ => None,
    }
}

/// "role `org:admin` or `org:owner`"
fn one(requirement: &Requirement) -> String {
    match requirement {
        Requirement::Leaf(condition, leaf) => format!("{} `{}`", condition.noun(), text(leaf)),
        Requirement::List(condition, texts) => {
            let texts: Vec<String> = texts.iter().map(syn::LitStr::value).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let noun = if *condition == Condition::From { "calling machine" } else { "client" };
            format!("{noun} {}", alternatives(&texts))
        }
        Requirement::Reverification(Reverification::Preset { name, .. }) => {
            format!("reverification `{name}`")
        }
        Requirement::Reverification(Reverification::Factor(factor)) => {
            format!("reverification `{factor}`")
        }
        Requirement::Group(..) => {
            let noun = condition_of(requirement).map_or("", Condition::noun);
            format!("{noun} {}", tree(requirement))
        }
    }
}

/// "`a` or (`b` and `c`)"
fn tree(requirement: &Requirement) -> String {
    match requirement {
        Requirement::Leaf(_, leaf) => format!("`{}`", text(leaf)),
        Requirement::Group(kind, parts) => {
            let word = match kind {
                GroupKind::Any => " or ",
                GroupKind::All => " and ",
            };
            let parts: Vec<String> = parts
                .iter()
                .map(|part| match part {
                    Requirement::Group(..) => format!("({})", tree(part)),
                    other => tree(other),
                })
                .collect();
            parts.join(word)
        }
        other => one(other),
    }
}

fn condition_of(requirement: &Requirement) -> Option<Condition> {
    match requirement {
        Requirement::Leaf(condition, _) | Requirement::List(condition, _) => Some(*condition),
        Requirement::Reverification(_) => Some(Condition::Reverification),
        Requirement::Group(_, parts) => parts.iter().find_map(condition_of),
    }
}

fn text(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Text(literal) => literal.value(),
        Leaf::Path(_) => leaf.to_string(),
    }
}
