//! The acting party of a token.

use std::fmt;

use serde::Serialize;

/// The acting party of a token for another subject: an impersonator, or a service with a delegated
/// right (claim `act`, RFC 8693 §4.1).
///
/// `Serialize` writes the claim; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Actor {
    #[serde(rename = "sub")]
    pub(crate) subject: Box<str>,
    #[serde(rename = "iss", skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<Box<str>>,
    #[serde(rename = "act", skip_serializing_if = "Option::is_none")]
    pub(crate) earlier: Option<Box<Actor>>,
}

impl Actor {
    #[cfg(feature = "testing")]
    pub(crate) fn new(subject: &str) -> Self {
        Self { subject: subject.into(), issuer: None, earlier: None }
    }

    /// Returns the party's ID, such as `user_…`. Only the last party of a chain of delegations
    /// acts: decide by this one, not by an earlier one (RFC 8693 §4.1).
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns the issuer of that ID, if the token names it.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Returns the party that acted before this one, if the right was delegated again.
    #[must_use]
    pub fn actor(&self) -> Option<&Self> {
        self.earlier.as_deref()
    }

    /// How many bytes its texts take, and how many texts there are.
    pub(crate) fn weight(&self, place: usize) -> usize {
        let one = |actor: &Self| {
            actor.subject.len() + actor.issuer.as_deref().map_or(0, str::len) + 2 * place
        };
        std::iter::successors(Some(self), |actor| actor.actor()).map(one).sum()
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Actor(..)")
    }
}
