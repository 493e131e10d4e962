//! The value of a condition in, a [`Requirement`] out: every value well formed, nothing twice,
//! nothing empty, nothing that never matters.

use proc_macro2::Span;
use syn::{LitStr, parse::ParseStream};

use crate::{
    args::{
        ConditionArgs,
        factor::factor,
        tree::{Around, Factor, Group, GroupKind, Leaf, Node, Value},
    },
    condition::{Condition, LEVELS, PRESETS},
    errors::Errors,
    policy::{
        format::{check_distinct, check_text},
        group::check_group,
        scope,
    },
    suggest::{alternatives, near},
};

/// What a token must carry. Only this can be expanded.
#[derive(Clone)]
pub(crate) enum Requirement {
    /// `Requirement::Scope("read:notes")`
    Leaf(Condition, Leaf),
    /// `Requirement::Machine(&["mch_2zQ8"])`
    List(Condition, Vec<LitStr>),
    /// `Requirement::Organization`
    Word(Condition),
    /// `Requirement::Reverification(Reverification::STRICT)`
    Reverification(Reverification),
    /// `Requirement::All(&[…])`
    Group(GroupKind, Vec<Requirement>),
}

impl Requirement {
    /// `None` where an error was reported. What can be read is checked even then.
    pub(crate) fn check(args: ConditionArgs, errors: &mut Errors) -> Option<Self> {
        let ConditionArgs { condition, name, value } = args;
        let requirement = errors.step(|errors| match value {
            Value::Unreadable => None,
            // It adds to what the policy accepts: `Clause::allows_pending`.
            Value::Bare if condition == Condition::AllowPending => None,
            Value::Bare => Some(Self::Word(condition)),
            Value::Factor(factor) => Some(Self::Reverification(Reverification::Factor(factor))),
            Value::Leaf(Leaf::Text(literal)) => text(condition, literal, errors),
            Value::Leaf(path) => Some(Self::Leaf(condition, path)),
            Value::List(span, members) => list(condition, span, members, errors),
            Value::Group(group) => {
                let is_sound = errors.step(|errors| check_leaves(condition, &group, errors));
                check_group(condition, &name, &group, is_sound.is_some(), errors);
                Some(Self::of_group(condition, group))
            }
        });
        requirement.flatten()
    }

    /// The parts of `All`, or the one requirement.
    pub(crate) fn into_parts(self) -> Vec<Self> {
        match self {
            Self::Group(GroupKind::All, parts) => parts,
            one => vec![one],
        }
    }

    fn of_group(condition: Condition, group: Group) -> Self {
        let parts = group.members.into_iter().flatten().map(|member| match member {
            Node::Leaf(leaf) => Self::Leaf(condition, leaf),
            Node::Group(group) => Self::of_group(condition, group),
        });
        Self::Group(group.kind, parts.collect())
    }
}

/// One literal; of scopes it can name several.
fn text(condition: Condition, literal: LitStr, errors: &mut Errors) -> Option<Requirement> {
    match condition {
        Condition::Scopes => {
            let scopes = scope::split(&literal, errors).into_iter().map(Leaf::Text).collect();
            Some(all_of(condition, scopes, errors))
        }
        Condition::Reverification => {
            Reverification::preset(&literal, errors).map(Requirement::Reverification)
        }
        Condition::Format => format(&literal, errors),
        Condition::From | Condition::Client => {
            check_text(condition, &literal, errors);
            Some(Requirement::List(condition, vec![literal]))
        }
        _ => {
            check_text(condition, &literal, errors);
            Some(Requirement::Leaf(condition, Leaf::Text(literal)))
        }
    }
}

/// The one form of token that can be required.
const JWT: &str = "jwt";

/// `"jwt"`
fn format(literal: &LitStr, errors: &mut Errors) -> Option<Requirement> {
    let text = literal.value();
    if text == JWT {
        return Some(Requirement::Word(Condition::Format));
    }
    if text.is_empty() {
        let help = format!("write `format = \"{JWT}\"`, or remove `format` to accept each format");
        errors.push(literal.span(), "an empty string is not a format", &help);
        return None;
    }
    let message = format!("unknown format `{}`", text.escape_debug());
    let help = if near(&text, [JWT]).is_empty() {
        "the one format that can be required is `jwt`".to_owned()
    } else {
        format!("did you mean `{JWT}`?")
    };
    errors.push(literal.span(), &message, &help);
    None
}

/// `["a", "b"]`
fn list(
    condition: Condition,
    span: Span,
    members: Vec<Option<Leaf>>,
    errors: &mut Errors,
) -> Option<Requirement> {
    if members.is_empty() {
        let name = condition.name();
        let help =
            format!("name what a caller must have, such as `{name} = {}`", condition.example());
        errors.push(span, &format!("`{name}` is an empty list"), &help);
        return None;
    }
    let mut members: Vec<Leaf> = members.into_iter().flatten().collect();
    members.retain(|leaf| check_leaf(condition, leaf, Around::List, errors));
    if condition == Condition::Scopes {
        return Some(all_of(condition, members, errors));
    }
    check_distinct(condition, &members, errors);
    let texts = members.into_iter().filter_map(|leaf| match leaf {
        Leaf::Text(literal) => Some(literal),
        Leaf::Path(_) => None,
    });
    Some(Requirement::List(condition, texts.collect()))
}

fn all_of(condition: Condition, leaves: Vec<Leaf>, errors: &mut Errors) -> Requirement {
    check_distinct(condition, &leaves, errors);
    let parts = leaves.into_iter().map(|leaf| Requirement::Leaf(condition, leaf));
    Requirement::Group(GroupKind::All, parts.collect())
}

/// The format of every text in the group, at every depth.
fn check_leaves(condition: Condition, group: &Group, errors: &mut Errors) {
    for member in group.nodes() {
        match member {
            Node::Group(group) => check_leaves(condition, group, errors),
            Node::Leaf(leaf) => {
                check_leaf(condition, leaf, Around::Group(group.kind), errors);
            }
        }
    }
}

/// Whether one value is well formed.
fn check_leaf(condition: Condition, leaf: &Leaf, around: Around, errors: &mut Errors) -> bool {
    match leaf {
        Leaf::Path(_) => true,
        Leaf::Text(literal) if condition == Condition::Scopes => {
            scope::is_member(literal, around, errors)
        }
        Leaf::Text(literal) => check_text(condition, literal, errors),
    }
}

#[derive(Clone)]
pub(crate) enum Reverification {
    /// The name of the runtime's constant.
    Preset(&'static str),
    Factor(Factor),
}

impl Reverification {
    /// `"strict"`
    pub(crate) fn preset(literal: &LitStr, errors: &mut Errors) -> Option<Self> {
        let text = literal.value();
        if let Some((_, constant)) = PRESETS.into_iter().find(|(name, _)| *name == text) {
            return Some(Self::Preset(constant));
        }
        let message = format!("unknown reverification `{}`", text.escape_debug());
        // Only what the compiler can read: of anything else it would complain a second time.
        let is_code = text.chars().all(|it| it.is_ascii_alphanumeric() || "_ =()".contains(it));
        let read = |input: ParseStream<'_>| factor(input, &mut Errors::default());
        if is_code && let Ok(Some(factor)) = literal.parse_with(read) {
            errors.push(literal.span(), &message, &format!("write `reverification = {factor}`"));
            return None;
        }
        let level = near(&text, LEVELS).into_iter().next();
        let presets = PRESETS.map(|(name, _)| name);
        let help = match (near(&text, presets).as_slice(), level) {
            ([], Some(level)) => {
                format!("write how many minutes, such as `reverification = {level}(minutes = 1)`")
            }
            ([], None) => {
                format!(
                    "one of {}; or a factor, such as `second_factor(minutes = 1)`",
                    alternatives(&presets)
                )
            }
            // The first of them asks for the most.
            ([near, ..], _) => format!("did you mean `{near}`?"),
        };
        errors.push(literal.span(), &message, &help);
        None
    }
}
