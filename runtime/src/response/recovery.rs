//! How a page can recover from a rejected session, by the reason of the rejection.

use std::sync::Arc;

use super::reason;
use crate::{
    error::{ErrorKind, TokenError},
    request::cookie::CookieError,
};

/// The way back to a session. Only pages take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// The token has expired: a refresh brings a new one, or a handshake.
    Refresh,
    /// A handshake brings the session that Clerk knows.
    Handshake,
    /// There is no session: the user signs in.
    SignIn,
    /// A satellite domain takes over the session of its primary domain.
    SyncWithPrimary,
    /// A primary domain shares its development browser with a satellite domain.
    ReturnToSatellite,
}

/// Stands in the extensions of a response that is a rejection. The type is private to the crate, so
/// a response of the application's own is never taken for one.
#[derive(Clone)]
pub(crate) struct Recoverable {
    pub(crate) recovery: Recovery,
    pub(crate) reason: &'static str,
    /// That of the `Clerk` that rejected: pages of another one have nothing to do with it.
    pub(crate) instance: Arc<()>,
}

impl Recoverable {
    /// A session that has expired and was not refreshed.
    pub(crate) const fn expired(instance: Arc<()>) -> Self {
        Self { recovery: Recovery::Refresh, reason: reason::EXPIRED, instance }
    }
}

impl Recovery {
    /// `None` if the session is good and something else is wrong, or if nothing is known of it.
    pub(crate) const fn of(failure: &ErrorKind) -> Option<Self> {
        match failure {
            ErrorKind::Missing => Some(Self::SignIn),
            ErrorKind::Token(fault) => Self::of_token(fault),
            ErrorKind::Unreadable(_)
            | ErrorKind::Denied(_)
            | ErrorKind::Claims(_)
            | ErrorKind::CrossSite(_)
            | ErrorKind::UnlistedMethod(_)
            | ErrorKind::Configuration(_)
            | ErrorKind::Upstream(_) => None,
        }
    }

    const fn of_token(fault: &TokenError) -> Option<Self> {
        match fault {
            TokenError::Expired => Some(Self::Refresh),
            TokenError::Cookie(fault) => Some(Self::of_cookie(*fault)),
            // A token that was minted for a navigation has no `azp`, and one of a handshake has.
            TokenError::NotYetValid
            | TokenError::IssuedInFuture
            | TokenError::NoAuthorizedParty => Some(Self::Handshake),
            // A cookie that authenticates no one counts as a missing session.
            TokenError::Malformed(_)
            | TokenError::NotAccepted(_)
            | TokenError::Category
            | TokenError::Type
            | TokenError::IdToken
            | TokenError::Algorithm
            | TokenError::Extension(_)
            | TokenError::KeyId
            | TokenError::UnknownKey
            | TokenError::KeyAlgorithm
            | TokenError::Signature
            | TokenError::Claim(_) => Some(Self::SignIn),
            // A session that is not for us stays so after another sign-in.
            TokenError::AuthorizedParty
            | TokenError::Issuer
            | TokenError::NoAudience(_)
            | TokenError::Audience(_)
            | TokenError::OpaqueNotAccepted(_)
            | TokenError::Recipient
            | TokenError::NotConfirmed { .. }
            | TokenError::Revoked
            | TokenError::Inactive => None,
        }
    }

    const fn of_cookie(fault: CookieError) -> Self {
        match fault {
            CookieError::NoClientUat
            | CookieError::NoSession
            | CookieError::Stale
            | CookieError::NoDevBrowser
            | CookieError::DevBrowserSync => Self::Handshake,
            CookieError::SatelliteSync => Self::SyncWithPrimary,
            CookieError::PrimarySync => Self::ReturnToSatellite,
        }
    }
}
