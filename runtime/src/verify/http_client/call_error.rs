//! Why a call to Clerk brought no answer, and what follows from it.

use crate::error::{ConfigurationError, ErrorKind, UpstreamError, UpstreamErrorKind};

/// Why there is no answer. Clones, because many wait for one load.
#[derive(Clone, Debug)]
pub(crate) enum CallError {
    Upstream(UpstreamError),
    /// Clerk does not know our key.
    KeyRejected {
        status: u16,
        variable: &'static str,
    },
    /// Clerk rejects our request, or our settings do not permit it.
    RequestRejected(ConfigurationError),
    /// Clerk rejects what the call is about.
    AuthError {
        status: u16,
        /// Clerk's code, if it is one of a refresh.
        code: Option<&'static str>,
    },
}

impl CallError {
    /// Whether Clerk did not answer. A refused key of ours is an answer.
    pub(crate) fn is_outage(&self) -> bool {
        !matches!(self, Self::KeyRejected { .. })
    }

    /// Whether Clerk answered that there are no keys.
    pub(crate) fn withdraws_keys(&self) -> bool {
        matches!(self, Self::Upstream(UpstreamError { reason: UpstreamErrorKind::NoKeys, .. }))
    }

    /// What the page `operations` calls a call that ended so.
    pub(crate) fn outcome(&self) -> &'static str {
        let fault = match self {
            Self::KeyRejected { .. } => return "key_rejected",
            Self::RequestRejected(_) | Self::AuthError { .. } => return "rejected",
            Self::Upstream(fault) => fault,
        };
        match fault.reason {
            UpstreamErrorKind::Timeout => "timeout",
            UpstreamErrorKind::Connection
            | UpstreamErrorKind::StaleConnection
            | UpstreamErrorKind::Client => "connection",
            UpstreamErrorKind::Status(429) => "rate_limited",
            UpstreamErrorKind::Status(_) => "bad_status",
            UpstreamErrorKind::NotClerk(_) => "not_clerk",
            UpstreamErrorKind::Body => "too_large",
            // Not of one call: what was answered has no use, or nobody was asked.
            UpstreamErrorKind::Member(_)
            | UpstreamErrorKind::NoKeys
            | UpstreamErrorKind::RateLimit(_) => "answered",
        }
    }

    /// Whether another source must not be asked: the answer counts.
    pub(crate) fn is_final(&self) -> bool {
        !self.is_outage() || self.withdraws_keys()
    }

    /// Whether the same source can do better a moment later.
    pub(crate) fn can_pass(&self) -> bool {
        let Self::Upstream(fault) = self else { return false };
        match fault.reason {
            UpstreamErrorKind::Timeout
            | UpstreamErrorKind::Connection
            | UpstreamErrorKind::StaleConnection => true,
            UpstreamErrorKind::Status(status) => status >= 500,
            UpstreamErrorKind::Client
            | UpstreamErrorKind::NotClerk(_)
            | UpstreamErrorKind::Body
            | UpstreamErrorKind::Member(_)
            | UpstreamErrorKind::NoKeys
            | UpstreamErrorKind::RateLimit(_) => false,
        }
    }

    /// Whether the call never reached Clerk, because it was sent on a connection that was gone.
    pub(crate) fn is_stale_connection(&self) -> bool {
        let Self::Upstream(fault) = self else { return false };
        matches!(fault.reason, UpstreamErrorKind::StaleConnection)
    }
}

impl From<UpstreamError> for CallError {
    fn from(fault: UpstreamError) -> Self {
        Self::Upstream(fault)
    }
}

impl From<CallError> for ErrorKind {
    fn from(failed: CallError) -> Self {
        match failed {
            CallError::Upstream(fault) => Self::Upstream(fault),
            CallError::KeyRejected { status, variable } => {
                Self::Configuration(ConfigurationError::KeyRejected { status, variable })
            }
            CallError::RequestRejected(fault) => Self::Configuration(fault),
            // No caller's token was asked about, so the fault is between Clerk and us.
            CallError::AuthError { status, .. } => {
                Self::Upstream(UpstreamError::new(UpstreamErrorKind::Status(status)))
            }
        }
    }
}
