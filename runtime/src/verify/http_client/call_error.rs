//! Why a call to Clerk brought no answer, and what follows from it.

use crate::error::{ConfigurationFault, Failure, UpstreamFault, UpstreamReason};

/// Why there is no answer. Clones, because many wait for one load.
#[derive(Clone, Debug)]
pub(crate) enum Failed {
    Upstream(UpstreamFault),
    /// Clerk does not know our key.
    KeyRefused {
        status: u16,
        variable: &'static str,
    },
    /// Clerk rejects our request, or our settings do not permit it.
    RequestRejected(ConfigurationFault),
    /// Clerk refuses what we asked about.
    Refused {
        status: u16,
    },
}

impl Failed {
    /// Whether Clerk did not answer. A refused key of ours is an answer.
    pub(crate) fn is_outage(&self) -> bool {
        !matches!(self, Self::KeyRefused { .. })
    }

    /// Whether Clerk answered that there are no keys.
    pub(crate) fn withdraws_keys(&self) -> bool {
        matches!(self, Self::Upstream(UpstreamFault { reason: UpstreamReason::NoKeys, .. }))
    }

    /// What the page `operations` calls a call that ended so.
    pub(crate) fn outcome(&self) -> &'static str {
        let fault = match self {
            Self::KeyRefused { .. } => return "key_refused",
            Self::RequestRejected(_) | Self::Refused { .. } => return "refused",
            Self::Upstream(fault) => fault,
        };
        match fault.reason {
            UpstreamReason::Timeout => "timeout",
            UpstreamReason::Connection
            | UpstreamReason::StaleConnection
            | UpstreamReason::Client => "connection",
            UpstreamReason::Status(429) => "rate_limited",
            UpstreamReason::Status(_) => "bad_status",
            UpstreamReason::NotClerk(_) => "not_clerk",
            UpstreamReason::Body => "too_large",
            // Not of one call: what was answered has no use, or nobody was asked.
            UpstreamReason::NoKeys | UpstreamReason::RateLimit(_) => "answered",
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
            UpstreamReason::Timeout
            | UpstreamReason::Connection
            | UpstreamReason::StaleConnection => true,
            UpstreamReason::Status(status) => status >= 500,
            UpstreamReason::Client
            | UpstreamReason::NotClerk(_)
            | UpstreamReason::Body
            | UpstreamReason::NoKeys
            | UpstreamReason::RateLimit(_) => false,
        }
    }

    /// Whether the call never reached Clerk, because it was sent on a connection that was gone.
    pub(crate) fn is_stale_connection(&self) -> bool {
        let Self::Upstream(fault) = self else { return false };
        matches!(fault.reason, UpstreamReason::StaleConnection)
    }
}

impl From<UpstreamFault> for Failed {
    fn from(fault: UpstreamFault) -> Self {
        Self::Upstream(fault)
    }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Upstream(fault) => Self::Upstream(fault),
            Failed::KeyRefused { status, variable } => {
                Self::Configuration(ConfigurationFault::KeyRefused { status, variable })
            }
            Failed::RequestRejected(fault) => Self::Configuration(fault),
            // No caller's token was asked about, so the fault is between Clerk and us.
            Failed::Refused { status } => {
                Self::Upstream(UpstreamFault::new(UpstreamReason::Status(status)))
            }
        }
    }
}
