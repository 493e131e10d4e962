//! Finds requirements that no caller can meet together.

use super::{Requirement, const_str::is_same_text, session::organization::without_prefix};

impl Requirement {
    /// Whether one caller can meet all of these. A user has one role in an organization, and a token
    /// comes from one client or machine; everything else can be there at once.
    pub(super) const fn can_be_met_together(all: &[Self]) -> bool {
        Self::all_met_with(None, all) || Self::all_met_with_one_in(all, all)
    }

    /// Whether a role, client or machine stands in `parts` with which all are met.
    const fn all_met_with_one_in(parts: &[Self], all: &[Self]) -> bool {
        let mut rest = parts;
        while let [part, tail @ ..] = rest {
            let is_met = match part {
                Self::Role(role) => Self::all_met_with(Some(without_prefix(role)), all),
                Self::Machine(senders) | Self::Client(senders) => {
                    Self::all_met_with_one_of(senders, all)
                }
                Self::All(parts) | Self::Any(parts) => Self::all_met_with_one_in(parts, all),
                _ => false,
            };
            if is_met {
                return true;
            }
            rest = tail;
        }
        false
    }

    const fn all_met_with_one_of(senders: &[&str], all: &[Self]) -> bool {
        let mut rest = senders;
        while let [sender, tail @ ..] = rest {
            if Self::all_met_with(Some(sender), all) {
                return true;
            }
            rest = tail;
        }
        false
    }

    const fn all_met_with(only: Option<&str>, all: &[Self]) -> bool {
        let mut rest = all;
        while let [part, tail @ ..] = rest {
            if !part.is_met_with(only) {
                return false;
            }
            rest = tail;
        }
        true
    }

    /// Whether a caller meets this who has `only` this role or sender, and everything else.
    const fn is_met_with(&self, only: Option<&str>) -> bool {
        match (self, only) {
            (Self::All(parts), _) => Self::all_met_with(only, parts),
            (Self::Any(parts), _) => {
                let mut rest = *parts;
                while let [part, tail @ ..] = rest {
                    if part.is_met_with(only) {
                        return true;
                    }
                    rest = tail;
                }
                false
            }
            (Self::Role(_) | Self::Machine(_) | Self::Client(_), None) => false,
            (Self::Role(role), Some(only)) => is_same_text(without_prefix(role), only),
            (Self::Machine(senders) | Self::Client(senders), Some(only)) => contains(senders, only),
            _ => true,
        }
    }
}

/// `contains` of a list of texts.
pub(super) const fn contains(texts: &[&str], wanted: &str) -> bool {
    let mut rest = texts;
    while let [text, tail @ ..] = rest {
        if is_same_text(text, wanted) {
            return true;
        }
        rest = tail;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::Requirement::{
        self, All, Any, Client, Feature, Jwt, Machine, Organization, Role, Scope,
    };

    #[test]
    fn requirement_of_two_roles_or_senders_cannot_be_met() {
        let table = [
            (All(&[Role("a"), Role("b")]), false),
            (All(&[Role("org:a"), Role("a")]), true),
            (All(&[Role("a"), Any(&[Role("b"), Feature("f")])]), true),
            (All(&[Role("a"), Any(&[Role("b"), Role("c")])]), false),
            (All(&[Any(&[Role("a"), Role("b")]), Any(&[Role("b"), Role("c")])]), true),
            (Any(&[Scope("a"), All(&[Client(&["a"]), Client(&["b"])])]), true),
            (All(&[Client(&["a", "b"]), Client(&["b", "c"]), Client(&["c", "a"])]), false),
            (All(&[Machine(&["a"]), Jwt]), true),
            (All(&[Machine(&["a"]), Machine(&["b"])]), false),
            (Organization, true),
            (Requirement::None, true),
        ];
        for (requirement, expected) in table {
            assert_eq!(Requirement::can_be_met_together(&[requirement]), expected, "{requirement}");
            let All(parts) = requirement else { continue };
            assert_eq!(Requirement::can_be_met_together(parts), expected, "{requirement}");
        }
    }
}
