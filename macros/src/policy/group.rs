//! A group in, its contradictions out: empty groups, groups of one, a kind directly in itself, and
//! members without which the group decides the same.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};

use crate::{
    args::tree::{Group, GroupKind, Node},
    condition::Condition,
    errors::Errors,
    policy::{
        absorption::{Branch, Useless},
        format,
        format::check_distinct,
    },
};

/// `name` is that of the argument. `is_sound`: no error was reported about the members.
pub(crate) fn check_group(
    condition: Condition,
    name: &Ident,
    group: &Group,
    is_sound: bool,
    errors: &mut Errors,
) {
    let is_well_shaped = errors.step(|errors| check_shape(condition, group, errors)).is_some();
    if !is_well_shaped || !is_sound || !group.is_whole() {
        return;
    }
    if errors.step(|errors| check_values(condition, group, errors)).is_none() {
        return;
    }
    let mut branch = Branch::of(condition, &Node::Group(group.clone()));
    let mut useless = Vec::new();
    while let Some(found) = branch.take_useless() {
        useless.push(found);
    }
    let rest = branch.node();
    for Useless { node, reason: (kind, other) } in useless.into_iter().rev() {
        let because = match kind {
            GroupKind::Any => "is enough",
            GroupKind::All => "is needed anyway",
        };
        let message = format!("`{node}` changes nothing: `{other}` {because}");
        errors.push(span(&node), &message, &format!("write `{name} = {rest}`"));
    }
}

/// What can be said of a group without a look at its values.
fn check_shape(condition: Condition, group: &Group, errors: &mut Errors) {
    let kind = group.kind.name();
    match (group.kind, group.members.as_slice()) {
        (kind, []) => {
            let message = match kind {
                GroupKind::Any => "`any()` is empty: it can never pass",
                GroupKind::All => "`all()` is empty: it can never fail",
            };
            let example = format!("{}({})", kind.name(), condition.members());
            errors.push(group.span, message, &format!("write the members, such as `{example}`"));
        }
        (_, [Some(only)]) => {
            let message = format!("`{kind}` has one member");
            errors.push(group.span, &message, &format!("write `{only}`"));
        }
        _ => {}
    }
    for member in group.nodes() {
        let Node::Group(inner) = member else { continue };
        let has_several = inner.members.len() > 1;
        if inner.kind == group.kind && has_several {
            let message = format!("`{kind}` stands directly in `{kind}`");
            let help = format!("write `{}`", flat(group));
            errors.push(inner.span, &message, &help);
        }
        check_shape(condition, inner, errors);
    }
}

/// What can be said of the values that stand in one group.
fn check_values(condition: Condition, group: &Group, errors: &mut Errors) {
    let distinct = errors.step(|errors| {
        let mut leaves = Vec::new();
        for member in group.nodes() {
            match member {
                Node::Group(inner) => check_values(condition, inner, errors),
                Node::Leaf(leaf) => leaves.push(leaf.clone()),
            }
        }
        check_distinct(condition, &leaves, errors);
    });
    if distinct.is_some() && condition == Condition::Role && roles(group).is_empty() {
        let message = "this can never pass: a user has one role in an organization";
        // Not the same with `any`, which would admit who has one of them.
        let help = "name one role, or `any(…)` of those of which one is enough";
        errors.push(group.span, message, help);
    }
}

/// The roles of which each alone is enough. A user has one in an organization.
fn roles(group: &Group) -> HashSet<String> {
    let members = group.nodes().map(|member| match member {
        Node::Leaf(leaf) => format::values(Condition::Role, leaf).into_iter().collect(),
        Node::Group(inner) => roles(inner),
    });
    let both = |one: HashSet<String>, other: HashSet<String>| match group.kind {
        GroupKind::Any => &one | &other,
        GroupKind::All => &one & &other,
    };
    members.reduce(both).unwrap_or_default()
}

/// `all("a", all("b", "c"))` → `all("a", "b", "c")`, at every depth.
fn flat(group: &Group) -> Group {
    let members = group.nodes().flat_map(|member| match member {
        Node::Group(inner) if inner.kind == group.kind => flat(inner).members,
        Node::Group(inner) => vec![Some(Node::Group(flat(inner)))],
        Node::Leaf(leaf) => vec![Some(Node::Leaf(leaf.clone()))],
    });
    Group { kind: group.kind, span: group.span, members: members.collect() }
}

fn span(node: &Node) -> Span {
    match node {
        Node::Leaf(leaf) => leaf.span(),
        Node::Group(group) => group.span,
    }
}
