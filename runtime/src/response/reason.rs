//! The reason code of a rejection. It is the code of Clerk's SDK if that has one for the case.
//!
//! Codes are for logs and development. They tell a forger which checks a token passed.

use crate::{
    error::{AuthError, ConfigurationError, ErrorKind, TokenError},
    policy::{Denial, Policy},
    request::cookie::{CookieError, CrossSite},
    token::{Form, Presented, TokenType},
};

pub(super) const EXPIRED: &str = "session-token-expired";
const INVALID: &str = "token-invalid";
const MISMATCH: &str = "token-type-mismatch";
const NOT_VERIFIED: &str = "token-verification-failed";
const UNEXPECTED: &str = "unexpected-error";

/// The code of a refusal by `policy`.
pub(crate) fn code(error: &AuthError, policy: &Policy) -> &'static str {
    let presented = error.presented;
    match &error.failure {
        ErrorKind::Missing if policy.accepts(TokenType::SessionToken) => {
            "session-token-and-uat-missing"
        }
        ErrorKind::Missing => "No token in header",
        ErrorKind::Unreadable(_) => INVALID,
        ErrorKind::Token(fault) => of_token(fault, presented),
        ErrorKind::Denied(denial) => of_denial(denial),
        ErrorKind::Claims(_) => "claims-mismatch",
        ErrorKind::CrossSite(CrossSite::Cookie) => "cross-site-cookie",
        ErrorKind::CrossSite(CrossSite::Subprotocol) => "cross-site-subprotocol",
        ErrorKind::UnlistedMethod(_) => "method-not-listed",
        ErrorKind::Configuration(fault) => of_configuration(fault, presented),
        ErrorKind::Upstream(_) => match presented {
            Some(Presented { form: Form::Opaque, .. }) | None => UNEXPECTED,
            Some(presented) if presented.is_session() => "jwk-remote-failed-to-load",
            Some(_) => NOT_VERIFIED,
        },
    }
}

fn of_token(fault: &TokenError, presented: Option<Presented>) -> &'static str {
    match (fault, presented) {
        (TokenError::NotAccepted(_) | TokenError::OpaqueNotAccepted(_), _) => MISMATCH,
        (TokenError::Cookie(fault), _) => of_cookie(*fault),
        (TokenError::NoAudience(_) | TokenError::Audience(_) | TokenError::Recipient, _) => {
            NOT_VERIFIED
        }
        (TokenError::Malformed(_), _) | (_, Some(Presented { form: Form::Opaque, .. })) => INVALID,
        (fault, Some(presented)) if !presented.is_session() => match fault {
            TokenError::Category => INVALID,
            _ => NOT_VERIFIED,
        },
        (fault, _) => of_session(fault),
    }
}

/// Sessions are the only tokens whose faults Clerk's SDK tells apart.
fn of_session(fault: &TokenError) -> &'static str {
    match fault {
        TokenError::Category | TokenError::IdToken => MISMATCH,
        TokenError::Algorithm => "token-invalid-algorithm",
        TokenError::KeyId | TokenError::UnknownKey => "jwk-kid-mismatch",
        TokenError::Signature => "token-invalid-signature",
        TokenError::Expired => EXPIRED,
        TokenError::NotYetValid => "session-token-nbf",
        TokenError::IssuedInFuture => "session-token-iat-in-the-future",
        TokenError::NoAuthorizedParty | TokenError::AuthorizedParty => {
            "token-invalid-authorized-parties"
        }
        TokenError::Issuer => "token-invalid-issuer",
        TokenError::KeyAlgorithm
        | TokenError::Claim(_)
        | TokenError::NoAudience(_)
        | TokenError::Audience(_)
        | TokenError::Recipient => NOT_VERIFIED,
        TokenError::Malformed(_)
        | TokenError::Cookie(_)
        | TokenError::NotAccepted(_)
        | TokenError::OpaqueNotAccepted(_)
        | TokenError::Type
        | TokenError::Extension(_)
        | TokenError::NotConfirmed { .. }
        | TokenError::Revoked
        | TokenError::Inactive => INVALID,
    }
}

fn of_cookie(fault: CookieError) -> &'static str {
    match fault {
        CookieError::NoClientUat => "session-token-but-no-client-uat",
        CookieError::NoSession => "client-uat-but-no-session-token",
        CookieError::Stale => "session-token-iat-before-client-uat",
        CookieError::NoDevBrowser => "dev-browser-missing",
        CookieError::DevBrowserSync => "dev-browser-sync",
        CookieError::SatelliteSync => "satellite-needs-syncing",
        CookieError::PrimarySync => "primary-responds-to-syncing",
    }
}

fn of_denial(denial: &Denial) -> &'static str {
    match denial {
        Denial::Reverification(_) => "reverification-error",
        Denial::MissingScopes(_) => "scope-missing",
        Denial::Session(_) => "permission-missing",
        Denial::Sender => "sender-not-listed",
        Denial::Audience => NOT_VERIFIED,
        Denial::Organization => "organization-missing",
        Denial::Impersonated => "impersonated",
        Denial::Pending => "session-pending",
        Denial::OpaqueNotAccepted(_) | Denial::NotAccepted(_) => MISMATCH,
    }
}

fn of_configuration(fault: &ConfigurationError, presented: Option<Presented>) -> &'static str {
    match fault {
        ConfigurationError::KeyRejected { .. }
            if presented.is_some_and(|it| it.is_session() || it.form == Form::Opaque) =>
        {
            "secret-key-invalid"
        }
        ConfigurationError::NoKeySource if presented.is_some_and(Presented::is_session) => {
            "jwk-failed-to-resolve"
        }
        ConfigurationError::KeyRejected { .. } | ConfigurationError::NoKeySource => NOT_VERIFIED,
        ConfigurationError::NoSecretKey
        | ConfigurationError::NoMachineKey
        | ConfigurationError::NoMachineId
        | ConfigurationError::NoClerk
        | ConfigurationError::NoLayer
        | ConfigurationError::CallRejected { .. }
        | ConfigurationError::RequestRejected { .. } => UNEXPECTED,
    }
}
