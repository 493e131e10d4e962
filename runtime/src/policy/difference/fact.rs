//! What a token can carry, as far as two policies tell callers apart by it.

use std::fmt;

use super::code_span;

/// One thing that a caller has. More facts never turn an admitted caller into a rejected one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// The session is not pending.
    Active,
    Scope(String),
    Organization,
    Role(String),
    Permission(String),
    Feature(String),
    Plan(String),
    /// Verified within these minutes.
    FirstFactor(u32),
    SecondFactor(u32),
    /// None is enrolled, so that the first factor counts for it.
    NoSecondFactor,
    Machine(String),
    Client(String),
    Audience(String),
    NotImpersonated,
    Jwt,
    /// The session token comes in a cookie, which is not a credential where sessions are not
    /// accepted.
    Cookie,
}

impl Fact {
    /// Whether each caller who has this has `other` too. Scopes are not decided here.
    pub(super) const fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::FirstFactor(own), Self::FirstFactor(other))
            | (Self::SecondFactor(own), Self::SecondFactor(other)) => *own < *other,
            (Self::Role(_) | Self::Permission(_), Self::Organization) => true,
            _ => false,
        }
    }

    /// What a caller has who lacks this, if it is a lack itself.
    pub(super) const fn opposite(&self) -> Option<&'static str> {
        match self {
            Self::NotImpersonated => Some("an impersonator"),
            Self::NoSecondFactor => Some("a second factor"),
            _ => None,
        }
    }

    /// Whether no caller has both: an organization gives one role, and a token has one sender.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Role(one), Self::Role(other))
            | (Self::Machine(one), Self::Machine(other))
            | (Self::Client(one), Self::Client(other)) => one != other,
            (Self::NoSecondFactor, Self::SecondFactor(_))
            | (Self::SecondFactor(_), Self::NoSecondFactor) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |formatter: &mut fmt::Formatter<'_>, word: &str, name: &str| {
            write!(formatter, "{word} {}", code_span(name))
        };
        let verified = |formatter: &mut fmt::Formatter<'_>, factor: &str, minutes: u32| {
            let plural = if minutes == 1 { "" } else { "s" };
            write!(formatter, "a {factor} factor verified within {minutes} minute{plural}")
        };
        match self {
            Self::Scope(name) => named(formatter, "scope", name),
            Self::Active => formatter.write_str("status active"),
            Self::Organization => formatter.write_str("an organization"),
            Self::NotImpersonated => formatter.write_str("no impersonator"),
            Self::Jwt => formatter.write_str("JWT format"),
            Self::Role(name) => named(formatter, "role", name),
            Self::Permission(name) => named(formatter, "permission", name),
            Self::Feature(name) => named(formatter, "feature", name),
            Self::Plan(name) => named(formatter, "plan", name),
            Self::FirstFactor(minutes) => verified(formatter, "first", *minutes),
            Self::SecondFactor(minutes) => verified(formatter, "second", *minutes),
            Self::NoSecondFactor => formatter.write_str("no second factor"),
            Self::Machine(name) => named(formatter, "machine", name),
            Self::Client(name) => named(formatter, "client", name),
            Self::Audience(name) => named(formatter, "audience", name),
            Self::Cookie => formatter.write_str("a session cookie"),
        }
    }
}
