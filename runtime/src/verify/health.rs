//! How well a verifier can verify at the moment, for a readiness probe.

use std::{error::Error, fmt, time::Duration};

use crate::error::{ErrorKind, with_sources};

/// How well a [`Clerk`](crate::Clerk) can verify at the moment.
///
/// ```
/// use clerk_auth::Clerk;
/// use http::StatusCode;
///
/// fn readiness(clerk: &Clerk) -> StatusCode {
///     if clerk.health().is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// The keys that JWTs are verified with.
    pub keys: KeyHealth,
    /// The number of cached verified JWTs.
    pub cached_jwts: usize,
    /// The store that replicas share. It is never needed, so it does not count for
    /// [`is_ready`](Self::is_ready).
    pub fleet: FleetHealth,
}

/// The state of the Redis or Valkey server that replicas share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FleetHealth {
    /// The configuration names none.
    None,
    /// Nothing was looked up yet.
    Untried,
    /// It is used.
    Up,
    /// It failed. Requests go on without it and do not wait, until it works again.
    Down,
}

/// The state of the keys that JWTs are verified with. Ages count from the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHealth {
    /// The configuration names no source of keys: only opaque tokens can be verified.
    None,
    /// One key from `CLERK_JWT_KEY`: the only source, or standing in while no key set is there.
    Local,
    /// The key set is not loaded: it is at the first token, or at [`Clerk::warm_up`](crate::Clerk::warm_up). Or it is
    /// too old to be used, also because Clerk rejects our secret key.
    Missing,
    /// The key set is not older than five minutes.
    Fresh {
        /// How old it is.
        age: Duration,
    },
    /// The key set is older than five minutes: no request needed it, or Clerk is unreachable.
    Stale {
        /// How old it is.
        age: Duration,
    },
}

/// The keys could not be loaded. The text is for the operator.
///
/// `Display` and `Debug` print the cause and every error behind it, so `%error` in a log event is
/// enough. [`source`](Error::source) returns the error of the HTTP client, if there is one.
#[derive(Clone)]
pub struct WarmUpError {
    pub(crate) cause: ErrorKind,
}

impl fmt::Display for WarmUpError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the keys could not be loaded: {}", with_sources(&self.cause))
    }
}

/// The same line: a `main` that returns the error prints it in this form.
impl fmt::Debug for WarmUpError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Error for WarmUpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.source()
    }
}

impl Health {
    /// Whether a good token of a known key would be let in now, even if Clerk does not answer.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.keys != KeyHealth::Missing
    }
}
