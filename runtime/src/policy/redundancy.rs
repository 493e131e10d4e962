//! A group of requirements in, whether each of its parts can matter out. Evaluated by the compiler,
//! where scopes that are named by constants have their texts; the attribute sees only literals.

use super::{
    Requirement, const_str::is_same_text, exclusion::contains,
    session::organization::without_prefix,
};
use crate::identity::scopes::Scope;

/// Which parts of a group are compared with the parts beside them.
#[derive(Clone, Copy)]
pub(crate) enum Compared<'a> {
    All,
    /// Those that name one of these scopes.
    Constants(&'a [Scope]),
}

impl Requirement {
    /// A part of this group that decides nothing because of another part beside it.
    pub(crate) const fn useless_part(&self, compared: Compared<'_>) -> Option<Self> {
        let (Self::All(parts) | Self::Any(parts)) = self else { return None };
        let mut before: &[Self] = &[];
        let mut rest = *parts;
        while let [one, tail @ ..] = rest {
            let useless = match compared {
                Compared::All => one.useless_beside(tail),
                Compared::Constants(scopes) if one.names_one_of(scopes) => {
                    match one.useless_beside(before) {
                        None => one.useless_beside(tail),
                        useless => useless,
                    }
                }
                Compared::Constants(_) => None,
            };
            if useless.is_some() {
                return useless;
            }
            (before, _) = parts.split_at(parts.len() - tail.len());
            rest = tail;
        }
        None
    }

    /// This or one of the others, if it decides nothing beside the other.
    const fn useless_beside(&self, others: &[Self]) -> Option<Self> {
        let mut rest = others;
        while let [other, tail @ ..] = rest {
            let useless = match (self, other) {
                // Most parts are scopes, and each is compared with each.
                (Self::Scope(one), Self::Scope(two)) if is_same_text(one, two) => Some(*self),
                (Self::Scope(_), Self::Scope(_)) => None,
                _ if self.makes_useless(other) || other.makes_useless(self) => {
                    // The scope tells more than a group with it.
                    Some(if matches!(self, Self::Scope(_)) { *self } else { *other })
                }
                _ => None,
            };
            if useless.is_some() {
                return useless;
            }
            rest = tail;
        }
        None
    }

    /// Whether a scope with one of these names stands here, at any depth.
    const fn names_one_of(&self, scopes: &[Scope]) -> bool {
        let mut rest = scopes;
        while let [scope, tail @ ..] = rest {
            let leaf = Self::of_scope(*scope);
            if self.is_same_as(&leaf) || self.mentions(&leaf) {
                return true;
            }
            rest = tail;
        }
        false
    }

    /// Whether a group of both would decide the same with a part less.
    const fn makes_useless(&self, other: &Self) -> bool {
        self.implies(other) || other.mentions(self)
    }

    /// Whether every caller who meets this meets `other`. `false` where the shapes do not show it.
    pub(super) const fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any(parts), _) => Self::each_implies(parts, other),
            (_, Self::All(parts)) => self.implies_each(parts),
            (Self::All(ours), Self::Any(theirs)) => {
                Self::some_implies(ours, other) || self.implies_some(theirs)
            }
            (Self::All(parts), _) => Self::some_implies(parts, other),
            (_, Self::Any(parts)) => self.implies_some(parts),
            // A role or a permission is one in the active organization.
            (Self::Role(_) | Self::Permission(_), Self::Organization) => true,
            (Self::Feature(one), Self::Feature(other)) | (Self::Plan(one), Self::Plan(other)) => {
                is_same_text(one, other) || is_of_an_owner(one, other)
            }
            (Self::Machine(ours), Self::Machine(theirs))
            | (Self::Client(ours), Self::Client(theirs)) => contains_each(theirs, ours),
            (Self::Reverification(needed), Self::Reverification(other)) => needed.implies(*other),
            _ => self.is_same_as(other),
        }
    }

    /// Whether `leaf` is a part of this group at any depth. Beside this group, `leaf` has already
    /// decided what it could decide within.
    const fn mentions(&self, leaf: &Self) -> bool {
        let (Self::All(parts) | Self::Any(parts)) = self else { return false };
        let mut rest = *parts;
        while let [part, tail @ ..] = rest {
            if part.is_same_as(leaf) || part.mentions(leaf) {
                return true;
            }
            rest = tail;
        }
        false
    }

    const fn each_implies(parts: &[Self], other: &Self) -> bool {
        let mut rest = parts;
        while let [part, tail @ ..] = rest {
            if !part.implies(other) {
                return false;
            }
            rest = tail;
        }
        true
    }

    const fn some_implies(parts: &[Self], other: &Self) -> bool {
        let mut rest = parts;
        while let [part, tail @ ..] = rest {
            if part.implies(other) {
                return true;
            }
            rest = tail;
        }
        false
    }

    const fn implies_each(&self, parts: &[Self]) -> bool {
        let mut rest = parts;
        while let [part, tail @ ..] = rest {
            if !self.implies(part) {
                return false;
            }
            rest = tail;
        }
        true
    }

    const fn implies_some(&self, parts: &[Self]) -> bool {
        let mut rest = parts;
        while let [part, tail @ ..] = rest {
            if self.implies(part) {
                return true;
            }
            rest = tail;
        }
        false
    }

    /// Whether both are one condition with the same text.
    const fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Role(one), Self::Role(other))
            | (Self::Permission(one), Self::Permission(other)) => {
                is_same_text(without_prefix(one), without_prefix(other))
            }
            (Self::Scope(one), Self::Scope(other))
            | (Self::Feature(one), Self::Feature(other))
            | (Self::Plan(one), Self::Plan(other))
            | (Self::Audience(one), Self::Audience(other)) => is_same_text(one, other),
            (Self::Organization, Self::Organization)
            | (Self::NotImpersonated, Self::NotImpersonated)
            | (Self::Jwt, Self::Jwt) => true,
            _ => false,
        }
    }
}

/// Whether this is `other` of the organization or of the user: `o:pro` of `pro`.
const fn is_of_an_owner(owned: &str, other: &str) -> bool {
    let rest = match owned.as_bytes() {
        [b'o' | b'u', b':', ..] => 2,
        [b'o', b'r', b'g', b':', ..] => 4,
        [b'u', b's', b'e', b'r', b':', ..] => 5,
        _ => return false,
    };
    !other.is_empty() && is_same_text(owned.split_at(rest).1, other)
}

const fn contains_each(texts: &[&str], wanted: &[&str]) -> bool {
    let mut rest = wanted;
    while let [text, tail @ ..] = rest {
        if !contains(texts, text) {
            return false;
        }
        rest = tail;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{
        Compared,
        Requirement::{
            self, All, Any, Client, Feature, Jwt, Machine, NotImpersonated, Organization,
            Permission, Plan, Role, Scope,
        },
    };
    use crate::policy::Reverification;

    const STRICT: Requirement = Requirement::Reverification(Reverification::STRICT);
    const MFA: Requirement = Requirement::Reverification(Reverification::STRICT_MFA);
    const LAX: Requirement = Requirement::Reverification(Reverification::LAX);
    const FIRST: Requirement = Requirement::Reverification(Reverification::first_factor(10));

    #[test]
    fn a_group_needs_each_of_its_parts() {
        let table = [
            (Any(&[Scope("a"), Scope("b")]), true),
            (All(&[Scope("a"), Scope("ab")]), true),
            (Any(&[Scope("a"), Scope("a")]), false),
            (All(&[Scope("a"), Scope("b"), Scope("a")]), false),
            (All(&[Feature("a"), Plan("a")]), true),
            (All(&[Organization, Plan("a"), NotImpersonated]), true),
            (All(&[Organization, Role("a")]), false),
            (All(&[Any(&[Role("a"), Permission("b:c")]), Organization]), false),
            (All(&[Any(&[Role("a"), Plan("b")]), Organization]), true),
            (All(&[NotImpersonated, Scope("a"), NotImpersonated]), false),
            (All(&[Jwt, Jwt]), false),
            // Of two names or values of a kind, one says less.
            (All(&[Role("org:a"), Role("a")]), false),
            (Any(&[Permission("a:b"), Permission("org:a:b")]), false),
            (All(&[Feature("o:a"), Feature("a")]), false),
            (Any(&[Plan("a"), Plan("user:a")]), false),
            (Any(&[Plan("o:a"), Plan("u:a")]), true),
            (All(&[Plan("o:a"), Plan("u:a")]), true),
            (All(&[Feature("o:a:b"), Feature("a")]), true),
            (All(&[Machine(&["a"]), Machine(&["b", "a"])]), false),
            (Any(&[Client(&["a"]), Client(&["b"])]), true),
            (All(&[STRICT, LAX]), false),
            (All(&[MFA, STRICT]), false),
            (All(&[MFA, FIRST]), false),
            (All(&[STRICT, FIRST]), true),
            // One part is enough, or needed anyway.
            (Any(&[Scope("a"), All(&[Scope("a"), Scope("b")])]), false),
            (All(&[Any(&[Scope("a"), Scope("b")]), Scope("a")]), false),
            (Any(&[Scope("a"), All(&[Scope("b"), Any(&[Scope("a"), Scope("c")])])]), false),
            // One group says what another says, with more words.
            (
                Any(&[All(&[Scope("a"), Scope("b")]), All(&[Scope("c"), Scope("b"), Scope("a")])]),
                false,
            ),
            (
                All(&[Any(&[Scope("a"), Scope("b")]), Any(&[Scope("b"), Scope("c"), Scope("a")])]),
                false,
            ),
            // The same scope in two alternatives is no repetition.
            (Any(&[All(&[Scope("a"), Scope("b")]), All(&[Scope("a"), Scope("c")])]), true),
            (All(&[Any(&[Scope("a"), Scope("b")]), Any(&[Scope("a"), Scope("c")])]), true),
        ];
        for (group, expected) in table {
            assert_eq!(group.useless_part(Compared::All).is_none(), expected, "{group}");
        }
    }

    #[test]
    fn only_parts_with_a_constant_are_compared() {
        const A: [crate::identity::scopes::Scope; 1] = [crate::identity::scopes::Scope::new("a")];
        let table = [
            (Any(&[Scope("b"), Scope("b")]), true),
            (Any(&[Scope("b"), Scope("a"), Scope("a")]), false),
            (Any(&[Scope("a"), Scope("b"), Scope("a")]), false),
            (Any(&[All(&[Scope("a"), Scope("b")]), Scope("c"), Scope("a")]), false),
            (All(&[Scope("a"), Any(&[Scope("c"), Scope("a")])]), false),
            (All(&[Scope("a"), Any(&[Scope("c"), Scope("b")])]), true),
        ];
        for (group, expected) in table {
            let useless = group.useless_part(Compared::Constants(&A));
            assert_eq!(useless.is_none(), expected, "{group}");
        }
    }
}
