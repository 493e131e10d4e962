//! A policy in, one readable line out: `oauth_token with scope read:notes`.

use std::{
    fmt::{self, Write as _},
    mem::discriminant,
};

use serde::{Serialize, Serializer};

use super::{Policy, Requirement};
use crate::token::TokenType;

impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clauses.is_empty() && !self.is_optional() {
            return formatter.write_str("no caller");
        }
        for (position, clause) in self.clauses.iter().enumerate() {
            if position > 0 {
                formatter.write_str(", or ")?;
            }
            let token_type = clause.token_type();
            write!(formatter, "{token_type}")?;
            if self.allows_pending && token_type == TokenType::SessionToken {
                formatter.write_str(" (active or pending)")?;
            }
            match clause.requirement() {
                Requirement::None => {}
                Requirement::Machine(machines) => {
                    write!(formatter, " from {}", machines.join(" or "))?;
                }
                requirement => write!(formatter, " with {requirement}")?,
            }
        }
        if !self.is_optional {
            return Ok(());
        }
        let or = if self.clauses.is_empty() { "" } else { ", or " };
        write!(formatter, "{or}a caller without a credential")
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(word) = self.word() {
            let plural = if self.needs_several() { "s" } else { "" };
            write!(formatter, "{word}{plural} ")?;
            return self.value(formatter, true);
        }
        match self {
            Self::None => formatter.write_str("nothing"),
            Self::Reverification(needed) => write!(formatter, "reverification {needed}"),
            Self::Machine(machines) => write!(formatter, "machine {}", machines.join(" or ")),
            Self::Client(clients) => write!(formatter, "client {}", clients.join(" or ")),
            Self::Audience(audience) => write!(formatter, "audience {audience}"),
            Self::Organization => formatter.write_str("an organization"),
            Self::NotImpersonated => formatter.write_str("no impersonator"),
            Self::Jwt => formatter.write_str("JWT format"),
            Self::All(_) => joined(formatter, &self.flat(), " and ", Self::beside_others),
            Self::Any(_) => joined(formatter, &self.flat(), " or ", Self::beside_others),
            Self::Scope(_)
            | Self::Role(_)
            | Self::Permission(_)
            | Self::Feature(_)
            | Self::Plan(_) => Ok(()),
        }
    }
}

impl Requirement {
    /// What the leaves of a tree are, where all are of one kind.
    fn word(&self) -> Option<&'static str> {
        match self {
            Self::Scope(_) => Some("scope"),
            Self::Role(_) => Some("role"),
            Self::Permission(_) => Some("permission"),
            Self::Feature(_) => Some("feature"),
            Self::Plan(_) => Some("plan"),
            Self::All(parts) | Self::Any(parts) => {
                let (first, rest) = parts.split_first()?;
                let word = first.word()?;
                rest.iter().all(|part| part.word() == Some(word)).then_some(word)
            }
            _ => None,
        }
    }

    /// Whether a caller needs more than one of the names: alternatives are singular.
    fn needs_several(&self) -> bool {
        match self {
            Self::All(_) => true,
            Self::Any(parts) => parts.iter().any(Self::needs_several),
            _ => false,
        }
    }

    /// The parts of a group, and of the groups of its kind in it: a narrowed policy has such groups.
    fn flat(&self) -> Vec<&Self> {
        let (Self::All(parts) | Self::Any(parts)) = self else { return vec![self] };
        let is_same_kind = |part: &Self| discriminant(part) == discriminant(self);
        let flat = |part: &'static Self| if is_same_kind(part) { part.flat() } else { vec![part] };
        parts.iter().flat_map(flat).collect()
    }

    /// A group in a group of several kinds has parentheses, so that the line says what is decided.
    fn beside_others(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(_) | Self::Any(_) => write!(formatter, "({self})"),
            _ => write!(formatter, "{self}"),
        }
    }

    /// A tree of one kind: names only. All scopes of a flat list stand as in OAuth.
    fn value(&self, formatter: &mut fmt::Formatter<'_>, outermost: bool) -> fmt::Result {
        let parts = self.flat();
        let between = match self {
            Self::Scope(name)
            | Self::Role(name)
            | Self::Permission(name)
            | Self::Feature(name)
            | Self::Plan(name) => return formatter.write_str(name),
            Self::All(_)
                if outermost && parts.iter().all(|part| matches!(part, Self::Scope(_))) =>
            {
                " "
            }
            Self::All(_) => " and ",
            Self::Any(_) => " or ",
            _ => return Ok(()),
        };
        if !outermost {
            formatter.write_char('(')?;
        }
        joined(formatter, &parts, between, |part, to| part.value(to, false))?;
        if outermost { Ok(()) } else { formatter.write_char(')') }
    }
}

fn joined(
    formatter: &mut fmt::Formatter<'_>,
    parts: &[&Requirement],
    between: &str,
    write: impl Fn(&Requirement, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            formatter.write_str(between)?;
        }
        write(part, formatter)?;
    }
    Ok(())
}

/// Serialises as the line that `Display` prints.
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Clause, Reverification};

    #[test]
    fn pending_session_is_named_beside_its_type() {
        let policy = Policy::new(&[
            Clause::SessionToken(Requirement::Role("a")),
            Clause::ApiKey(Requirement::None),
        ]);
        let line = "session_token (active or pending) with role a, or api_key";
        assert_eq!(policy.allow_pending().to_string(), line);
    }

    #[test]
    fn policy_is_printed_in_grammatical_english() {
        const MINUTE: Requirement = Requirement::Reverification(Reverification::first_factor(1));
        const MINUTES: Requirement = Requirement::Reverification(Reverification::multi_factor(10));
        use Requirement::{
            All, Any, Audience, Client, Jwt, Machine, NotImpersonated, Organization, Permission,
            Plan, Role, Scope,
        };
        let table: [(&'static [Clause], &str); 24] = [
            (&[Clause::ApiKey(Organization)], "api_key with an organization"),
            (
                &[Clause::SessionToken(All(&[Organization, NotImpersonated, Plan("a")]))],
                "session_token with an organization and no impersonator and plan a",
            ),
            (&[Clause::M2mToken(Jwt)], "m2m_token with JWT format"),
            (
                &[Clause::M2mToken(All(&[Machine(&["mch_a", "mch_b"]), Jwt]))],
                "m2m_token with machine mch_a or mch_b and JWT format",
            ),
            (
                &[Clause::OAuthToken(All(&[Scope("a"), Jwt]))],
                "oauth_token with scope a and JWT format",
            ),
            (&[Clause::M2mToken(Requirement::None)], "m2m_token"),
            (&[Clause::M2mToken(Machine(&["mch_a"]))], "m2m_token from mch_a"),
            (&[Clause::M2mToken(Machine(&["mch_a", "mch_b"]))], "m2m_token from mch_a or mch_b"),
            (&[Clause::OAuthToken(Client(&["a", "b"]))], "oauth_token with client a or b"),
            (&[Clause::OAuthToken(Audience("a"))], "oauth_token with audience a"),
            (&[Clause::ApiKey(Scope("a"))], "api_key with scope a"),
            (&[Clause::ApiKey(Any(&[Scope("a"), Scope("b")]))], "api_key with scope a or b"),
            (&[Clause::ApiKey(All(&[Scope("a"), Scope("b")]))], "api_key with scopes a b"),
            (
                &[Clause::ApiKey(Any(&[Scope("a"), All(&[Scope("b"), Scope("c")])]))],
                "api_key with scopes a or (b and c)",
            ),
            (&[Clause::SessionToken(Role("a"))], "session_token with role a"),
            (
                &[Clause::SessionToken(MINUTE)],
                "session_token with reverification first_factor within 1 minute",
            ),
            (
                &[Clause::SessionToken(MINUTES)],
                "session_token with reverification multi_factor within 10 minutes",
            ),
            (
                &[Clause::SessionToken(All(&[Permission("a"), Permission("b")]))],
                "session_token with permissions a and b",
            ),
            (
                &[Clause::SessionToken(All(&[Plan("a"), Role("b")]))],
                "session_token with plan a and role b",
            ),
            (
                &[Clause::SessionToken(All(&[Any(&[Role("a"), Role("b")]), Plan("c")]))],
                "session_token with (role a or b) and plan c",
            ),
            // As narrowed policies are.
            (
                &[Clause::SessionToken(All(&[All(&[Organization, NotImpersonated]), Plan("a")]))],
                "session_token with an organization and no impersonator and plan a",
            ),
            (
                &[Clause::ApiKey(All(&[All(&[Scope("a"), Scope("b")]), Scope("c")]))],
                "api_key with scopes a b c",
            ),
            (
                &[Clause::ApiKey(All(&[Any(&[Scope("a"), Scope("b")]), Organization]))],
                "api_key with (scope a or b) and an organization",
            ),
            (
                &[Clause::M2mToken(Machine(&["mch_a"])), Clause::ApiKey(Scope("a"))],
                "m2m_token from mch_a, or api_key with scope a",
            ),
        ];
        for (clauses, line) in table {
            assert_eq!(Policy::new(clauses).to_string(), line);
        }
    }
}
