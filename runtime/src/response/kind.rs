//! The kinds of rejections, with the status, the title and the challenge of each.

use http::StatusCode;

use crate::{error::ErrorKind, policy::Denial};

/// What a problem's `type` begins with (RFC 9457 §3.1.1); the refusal's name is its end.
pub(crate) const PROBLEM_TYPE: &str = "urn:problem-type:clerk-auth:";

/// The kind of a rejection: the part of the reason that the caller learns.
///
/// The hook of [`rejection_body`](crate::ClerkBuilder::rejection_body) receives it. The precise
/// reason is only in the log, because it would help a forger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// 401: the request carries no credential.
    MissingCredential,
    /// 400: the `Authorization` field, or the subprotocols of a WebSocket, cannot be read (RFC 6750
    /// §3.1).
    UnreadableCredential,
    /// 401: the token is malformed, expired, forged, revoked, of a pending session, or of a type that
    /// is not accepted.
    InvalidToken,
    /// 403: the token is valid and lacks scopes.
    InsufficientScope,
    /// 403: the token is valid and lacks a role, permission, feature, plan or organization, is from
    /// a client, machine or impersonator that the policy rejects, or its claims do not fit; or a
    /// session cookie came with another site's request.
    Forbidden,
    /// 403: the user must verify again who they are. Clerk's front ends know the body.
    ReverificationNeeded,
    /// 503: Clerk is unreachable. The token can be valid.
    ClerkUnavailable,
    /// 500: this server lacks the configuration to verify the token.
    Misconfigured,
}

impl RejectionKind {
    pub(crate) const fn of(failure: &ErrorKind) -> Self {
        match failure {
            ErrorKind::Missing => Self::MissingCredential,
            ErrorKind::Unreadable(_) => Self::UnreadableCredential,
            ErrorKind::Token(_)
            | ErrorKind::Denied(
                Denial::NotAccepted(_)
                | Denial::OpaqueNotAccepted(_)
                | Denial::Audience
                | Denial::Pending,
            ) => Self::InvalidToken,
            ErrorKind::Denied(Denial::MissingScopes(_)) => Self::InsufficientScope,
            ErrorKind::Denied(
                Denial::Session(_) | Denial::Sender | Denial::Organization | Denial::Impersonated,
            )
            | ErrorKind::Claims(_)
            | ErrorKind::CrossSite(_)
            | ErrorKind::UnlistedMethod(_) => Self::Forbidden,
            ErrorKind::Denied(Denial::Reverification(_)) => Self::ReverificationNeeded,
            ErrorKind::Configuration(_) => Self::Misconfigured,
            ErrorKind::Upstream(_) => Self::ClerkUnavailable,
        }
    }

    /// Returns the status of the response.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::MissingCredential | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::UnreadableCredential => StatusCode::BAD_REQUEST,
            Self::InsufficientScope | Self::Forbidden | Self::ReverificationNeeded => {
                StatusCode::FORBIDDEN
            }
            Self::ClerkUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Misconfigured => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns a short, stable name: the end of the problem's `type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingCredential => "missing-credential",
            Self::UnreadableCredential => "unreadable-credential",
            Self::InvalidToken => "invalid-token",
            Self::InsufficientScope => "insufficient-scope",
            Self::Forbidden => "forbidden",
            Self::ReverificationNeeded => "reverification-needed",
            Self::ClerkUnavailable => "clerk-unavailable",
            Self::Misconfigured => "misconfigured",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::MissingCredential => "A token is required",
            Self::UnreadableCredential => "The Authorization header cannot be read",
            Self::InvalidToken => "The token is not acceptable",
            Self::InsufficientScope => "The token lacks a required scope",
            Self::Forbidden => "The token may not do this",
            Self::ReverificationNeeded => "The user must verify again who they are",
            Self::ClerkUnavailable => "The token cannot be checked at the moment",
            Self::Misconfigured => "The server cannot check this token",
        }
    }

    /// The part of the challenge that says what is wrong (RFC 6750 §3.1). Nothing is, where a
    /// request has no credential; and where the fault is not the caller's, there is no challenge.
    pub(crate) const fn challenge_error(self) -> Option<&'static str> {
        match self {
            Self::MissingCredential => Some(""),
            Self::UnreadableCredential => Some(", error=\"invalid_request\""),
            Self::InvalidToken => Some(", error=\"invalid_token\""),
            Self::InsufficientScope => Some(", error=\"insufficient_scope\""),
            Self::Forbidden
            | Self::ReverificationNeeded
            | Self::ClerkUnavailable
            | Self::Misconfigured => None,
        }
    }
}
