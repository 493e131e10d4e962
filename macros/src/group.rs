//! A group in, its contradictions out: empty groups, groups of one, a kind directly in itself, and
//! members without which the group decides the same.

use proc_macro2::{Ident, Span};

use crate::{
    branch::{Branch, Useless, callers},
    condition::Condition,
    errors::Errors,
    key::Key,
    requirement::check_distinct,
    tree::{Group, GroupKind, Node},
};

/// A group of more different values is not searched for members that change nothing: the search
/// tries every combination of them.
const MOST_VALUES: usize = 12;

const NOBODY: &str = "nobody could pass: a user has one role in an organization";

/// Not the same with `any`, which would admit who has one of them.
const ONE_ROLE: &str = "name one role, or `any(…)` of those of which one is enough";

/// `name` is that of the argument. `is_sound`: no error was reported about the members.
pub(crate) fn check(
    condition: Condition,
    name: &Ident,
    group: &Group,
    is_sound: bool,
    errors: &mut Errors,
) {
    let before = errors.count();
    check_shape(condition, group, errors);
    if !is_sound || !group.is_whole() || errors.count() > before {
        return;
    }
    check_values(condition, group, errors);
    if errors.count() > before {
        return;
    }
    let mut values = Vec::new();
    let mut branch = Branch::of(condition, &Node::Group(group.clone()), &mut values);
    if values.len() > MOST_VALUES {
        return;
    }
    let callers = callers(condition, values.len());
    if branch.lets_in_nobody(&callers) {
        return errors.push(group.span, NOBODY, ONE_ROLE);
    }
    let mut useless = Vec::new();
    while let Some(found) = branch.take_useless(&callers) {
        useless.push(found);
    }
    let rest = match branch.node() {
        Node::Group(group) => Node::Group(flat(&group)),
        leaf @ Node::Leaf(_) => leaf,
    };
    for Useless { node, reason } in useless.into_iter().rev() {
        let because = match reason {
            Some((GroupKind::Any, other)) => format!(": `{other}` is enough"),
            Some((GroupKind::All, other)) => format!(": `{other}` is needed anyway"),
            None => String::new(),
        };
        let message = format!("`{node}` changes nothing{because}");
        errors.push(span(&node), &message, &format!("write `{name} = {rest}`"));
    }
}

/// What can be said of a group without a look at its values.
fn check_shape(condition: Condition, group: &Group, errors: &mut Errors) {
    let kind = group.kind.name();
    match (group.kind, group.members.as_slice()) {
        (kind, []) => {
            let message = match kind {
                GroupKind::Any => "`any()` is empty: nobody could pass",
                GroupKind::All => "`all()` is empty: everybody would pass",
            };
            let example = Key::Condition(condition).group(kind);
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
    let mut leaves = Vec::new();
    for member in group.nodes() {
        match member {
            Node::Group(inner) => check_values(condition, inner, errors),
            Node::Leaf(leaf) => leaves.push(leaf.clone()),
        }
    }
    let before = errors.count();
    check_distinct(condition, &leaves, errors);
    let is_distinct = errors.count() == before;
    let is_all_of_roles = group.kind == GroupKind::All && condition == Condition::Role;
    if is_distinct && is_all_of_roles && leaves.len() > 1 {
        errors.push(group.span, NOBODY, ONE_ROLE);
    }
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
