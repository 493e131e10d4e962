//! Finds the members of a group without which it decides the same, by comparing members in pairs.

use std::collections::HashMap;

use proc_macro2::Span;

use crate::{
    args::tree::{Group, GroupKind, Leaf, Node},
    condition::Condition,
    policy::format,
};

/// A node with the values of its leaves.
pub(crate) enum Branch {
    /// One of the values is enough.
    Leaf(Vec<String>, Leaf),
    Group(GroupKind, Span, Vec<Branch>),
}

/// A member without which the whole decides the same.
pub(crate) struct Useless {
    pub(crate) node: Node,
    /// The kind of a group around it, and the member of that group which already decides.
    pub(crate) reason: (GroupKind, Node),
}

/// The leaves of one group by their values.
struct Level {
    kind: GroupKind,
    leaves: HashMap<Vec<String>, Leaf>,
}

impl Branch {
    pub(crate) fn of(condition: Condition, node: &Node) -> Self {
        match node {
            Node::Leaf(leaf) => Self::Leaf(format::values(condition, leaf), leaf.clone()),
            Node::Group(group) => {
                let members = group.nodes().map(|member| Self::of(condition, member)).collect();
                Self::Group(group.kind, group.span, members)
            }
        }
    }

    /// Takes out one useless member: the last one, and a group before its members.
    pub(crate) fn take_useless(&mut self) -> Option<Useless> {
        let useless = self.take_below(&mut Vec::new());
        self.flatten();
        useless
    }

    fn take_below(&mut self, above: &mut Vec<Level>) -> Option<Useless> {
        let Self::Group(kind, _, members) = self else {
            return None;
        };
        above.push(Level::of(*kind, members));
        let mut indices = (0..members.len()).rev();
        let useless = indices.find_map(|index| match reason(*kind, members, index, above) {
            Some(node) => {
                let reason = (*kind, node);
                Some(Useless { node: members.remove(index).node(), reason })
            }
            None => members.get_mut(index)?.take_below(above),
        });
        above.pop();
        useless
    }

    /// A group of one becomes that one, and a group in its own kind becomes its members.
    fn flatten(&mut self) {
        let Self::Group(kind, _, members) = self else {
            return;
        };
        let mut flat = Vec::new();
        for mut member in members.drain(..) {
            member.flatten();
            match member {
                Self::Group(inner, _, members) if inner == *kind => flat.extend(members),
                other => flat.push(other),
            }
        }
        *members = flat;
        if members.len() == 1 {
            *self = members.remove(0);
        }
    }

    /// Whether every caller who meets this meets `other`. `false` where the shapes do not show it.
    fn implies(&self, other: &Self) -> bool {
        use GroupKind::{All, Any};
        match (self, other) {
            (Self::Leaf(one, _), Self::Leaf(other, _)) => one.iter().all(|it| other.contains(it)),
            (Self::Group(Any, _, parts), _) => parts.iter().all(|part| part.implies(other)),
            (_, Self::Group(All, _, parts)) => parts.iter().all(|part| self.implies(part)),
            (Self::Group(All, _, ours), Self::Group(Any, _, theirs)) => {
                ours.iter().any(|part| part.implies(other))
                    || theirs.iter().any(|part| self.implies(part))
            }
            (Self::Group(All, _, parts), _) => parts.iter().any(|part| part.implies(other)),
            (_, Self::Group(Any, _, parts)) => parts.iter().any(|part| self.implies(part)),
        }
    }

    pub(crate) fn node(&self) -> Node {
        match self {
            Self::Leaf(_, leaf) => Node::Leaf(leaf.clone()),
            Self::Group(kind, span, members) => {
                let members = members.iter().map(|member| Some(member.node())).collect();
                Node::Group(Group { kind: *kind, span: *span, members })
            }
        }
    }
}

/// Why the member decides nothing in a group of this kind: another member, here or further out, has
/// decided already. `above` ends with the level of this group.
fn reason(kind: GroupKind, members: &[Branch], index: usize, above: &[Level]) -> Option<Node> {
    let mut same_kind = above.iter().rev().filter(|level| level.kind == kind);
    match members.get(index)? {
        Branch::Leaf(values, _) => {
            let here = same_kind.next().and_then(|level| level.deciding(values));
            let leaf = here.or_else(|| same_kind.find_map(|level| level.leaves.get(values)))?;
            Some(Node::Leaf(leaf.clone()))
        }
        member @ Branch::Group(_, _, inner) => {
            let further_out = same_kind.find_map(|level| {
                inner.iter().find_map(|part| match part {
                    Branch::Leaf(values, _) => {
                        level.leaves.get(values).or_else(|| level.deciding(values))
                    }
                    Branch::Group(..) => None,
                })
            });
            let decides = |other: &Branch| match kind {
                GroupKind::Any => member.implies(other),
                GroupKind::All => other.implies(member),
            };
            let is_other = |(at, other): &(usize, &Branch)| {
                *at != index && matches!(other, Branch::Group(..)) && decides(other)
            };
            let other = || members.iter().enumerate().find(is_other);
            further_out.map(|leaf| Node::Leaf(leaf.clone())).or_else(|| Some(other()?.1.node()))
        }
    }
}

impl Level {
    fn of(kind: GroupKind, members: &[Branch]) -> Self {
        let leaves = members.iter().filter_map(|member| match member {
            Branch::Leaf(values, leaf) => Some((values.clone(), leaf.clone())),
            Branch::Group(..) => None,
        });
        Self { kind, leaves: leaves.collect() }
    }

    /// The leaf with other values that decides over one with these: the organization's `"o:pro"` over
    /// `"pro"` in `all(…)`, and `"pro"` over `"o:pro"` in `any(…)`.
    fn deciding(&self, values: &[String]) -> Option<&Leaf> {
        match self.kind {
            GroupKind::All if values.len() > 1 => {
                values.iter().find_map(|value| self.leaves.get(std::slice::from_ref(value)))
            }
            GroupKind::Any if values.len() == 1 => {
                self.leaves.get(&format::of_any_owner(values.first()?)?)
            }
            _ => None,
        }
    }
}
