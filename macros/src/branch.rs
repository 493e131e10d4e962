//! A group in, its members without which it decides the same out. It is decided for every
//! combination of the values, so no rule about groups can be forgotten.

use proc_macro2::Span;

use crate::{
    condition::Condition,
    format,
    tree::{Group, GroupKind, Leaf, Node},
};

/// A node that decides: it lets in a caller by the values the caller has.
#[derive(Clone)]
pub(crate) enum Branch {
    /// The bits of the values of which one is enough.
    Leaf(u32, Leaf),
    Group(GroupKind, Span, Vec<Branch>),
}

/// Every caller there can be: the bits of the values that each has. Of roles, a user has at most
/// one in an organization; of all else, any number.
pub(crate) fn callers(condition: Condition, values: usize) -> Vec<u32> {
    match condition {
        Condition::Role => {
            std::iter::once(0).chain((0..values).map(|number| 1 << number)).collect()
        }
        _ => (0..1 << values).collect(),
    }
}

/// A member without which the whole decides the same.
pub(crate) struct Useless {
    pub(crate) node: Node,
    /// The member beside it that already decides, and the kind of the group around both.
    pub(crate) reason: Option<(GroupKind, Node)>,
}

impl Branch {
    /// `values` gives each different value its number.
    pub(crate) fn of(condition: Condition, node: &Node, values: &mut Vec<String>) -> Self {
        match node {
            Node::Leaf(leaf) => {
                let bits = format::values(condition, leaf).into_iter().map(|value| {
                    let known = values.iter().position(|other| *other == value);
                    let number = known.unwrap_or_else(|| {
                        values.push(value);
                        values.len() - 1
                    });
                    1_u32.checked_shl(u32::try_from(number).unwrap_or(u32::MAX)).unwrap_or(0)
                });
                Self::Leaf(bits.fold(0, |bits, bit| bits | bit), leaf.clone())
            }
            Node::Group(group) => {
                let members = group.nodes().map(|member| Self::of(condition, member, values));
                Self::Group(group.kind, group.span, members.collect())
            }
        }
    }

    /// Whether a caller passes who has the values whose bits are set.
    fn lets_in(&self, caller: u32) -> bool {
        match self {
            Self::Leaf(bits, _) => caller & bits != 0,
            Self::Group(GroupKind::Any, _, members) => {
                members.iter().any(|member| member.lets_in(caller))
            }
            Self::Group(GroupKind::All, _, members) => {
                members.iter().all(|member| member.lets_in(caller))
            }
        }
    }

    /// Whether no caller passes.
    pub(crate) fn lets_in_nobody(&self, callers: &[u32]) -> bool {
        !callers.iter().any(|caller| self.lets_in(*caller))
    }

    /// Takes out one member that changes nothing: the last one, and a group before its members.
    pub(crate) fn take_useless(&mut self, callers: &[u32]) -> Option<Useless> {
        let whole = self.clone();
        let mut place = Vec::new();
        whole.places(&mut place, &mut |place| {
            let mut without = whole.clone();
            let removed = without.remove(place)?;
            let same =
                callers.iter().all(|caller| without.lets_in(*caller) == whole.lets_in(*caller));
            same.then(|| {
                *self = without;
                let reason = whole.reason(place, &removed, callers);
                Useless { node: removed.node(), reason }
            })
        })
    }

    /// Calls `visit` with the place of every member, until it answers.
    fn places<T>(
        &self,
        place: &mut Vec<usize>,
        visit: &mut impl FnMut(&[usize]) -> Option<T>,
    ) -> Option<T> {
        let Self::Group(_, _, members) = self else {
            return None;
        };
        for (index, member) in members.iter().enumerate().rev() {
            place.push(index);
            let answer = visit(place).or_else(|| member.places(place, visit));
            place.pop();
            if answer.is_some() {
                return answer;
            }
        }
        None
    }

    /// Takes out the member at a place; a group of one becomes that one.
    fn remove(&mut self, place: &[usize]) -> Option<Self> {
        let (first, rest) = place.split_first()?;
        let Self::Group(_, _, members) = self else {
            return None;
        };
        let removed = if rest.is_empty() {
            (*first < members.len()).then(|| members.remove(*first))
        } else {
            members.get_mut(*first)?.remove(rest)
        };
        if members.len() == 1 {
            *self = members.remove(0);
        }
        removed
    }

    /// The member beside the removed one that decides alone.
    fn reason(
        &self,
        place: &[usize],
        removed: &Self,
        callers: &[u32],
    ) -> Option<(GroupKind, Node)> {
        let (last, way) = place.split_last()?;
        let around = way.iter().try_fold(self, |branch, index| match branch {
            Self::Group(_, _, members) => members.get(*index),
            Self::Leaf(..) => None,
        })?;
        let Self::Group(kind, _, members) = around else {
            return None;
        };
        let decides = |other: &Self| {
            callers.iter().all(|caller| match kind {
                GroupKind::Any => other.lets_in(*caller) || !removed.lets_in(*caller),
                GroupKind::All => removed.lets_in(*caller) || !other.lets_in(*caller),
            })
        };
        let mut others = members.iter().enumerate().filter(|(index, _)| index != last);
        others.find(|(_, other)| decides(other)).map(|(_, other)| (*kind, other.node()))
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
