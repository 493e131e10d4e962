//! The state of a verifier in, what a readiness probe wants to know out.

use std::{error::Error, fmt, time::Duration};

use crate::{
    config::Clerk,
    error::{Failure, with_sources},
};

/// How well a [`Clerk`] can verify at the moment.
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
    /// How many verified JWTs are remembered.
    pub remembered_jwts: usize,
}

/// The state of the keys that JWTs are verified with. Ages count from the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHealth {
    /// The configuration names no source of keys: only opaque tokens can be verified.
    None,
    /// One key from `CLERK_JWT_KEY`: the only source, or standing in while no key set is there.
    Local,
    /// The key set is not loaded: it is at the first token, or at [`Clerk::warm_up`]. Or it is
    /// too old to be used, also because Clerk refuses our secret key.
    Missing,
    /// The key set is not older than five minutes.
    Fresh {
        /// How old it is.
        age: Duration,
    },
    /// The key set is older than five minutes: nobody asked for it, or Clerk does not answer.
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
pub struct NotReady {
    cause: Failure,
}

impl fmt::Display for NotReady {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the keys could not be loaded: {}", with_sources(&self.cause))
    }
}

/// The same line: a `main` that returns the error prints it in this form.
impl fmt::Debug for NotReady {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Error for NotReady {
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

impl Clerk {
    /// Loads the key set, if it is not there: call it at start or in a readiness probe, so that
    /// the first caller does not wait. It waits no longer than a guard does.
    ///
    /// ```no_run
    /// # async fn start(clerk: clerk_auth::Clerk) -> Result<(), clerk_auth::NotReady> {
    /// clerk.warm_up().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Where Clerk cannot be asked, or refuses our key, and no older keys can be used.
    pub async fn warm_up(&self) -> Result<(), NotReady> {
        self.verifier().warm_up().await.map_err(|cause| NotReady { cause })
    }

    /// How well this verifier can verify at the moment. It asks nobody and waits for nothing.
    #[must_use]
    pub fn health(&self) -> Health {
        self.verifier().health()
    }
}
