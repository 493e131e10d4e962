//! A refusal in, its reason code out: the codes of Clerk's own SDK where it has one for the case.
//!
//! They are for logs and for development. A caller who knows them learns how near a forgery came.

use crate::{
    error::{ConfigurationFault, Failure, Refused, TokenFault},
    policy::{Denial, Policy},
    request::cookie::CookieFault,
    token::{Form, Presented, TokenType},
};

const INVALID: &str = "token-invalid";
const MISMATCH: &str = "token-type-mismatch";
const NOT_VERIFIED: &str = "token-verification-failed";
const UNEXPECTED: &str = "unexpected-error";

/// The code of a refusal by `policy`.
pub(crate) fn code(refused: &Refused, policy: &Policy) -> &'static str {
    let presented = refused.presented;
    match &refused.failure {
        Failure::Missing if policy.accepts(TokenType::SessionToken) => {
            "session-token-and-uat-missing"
        }
        Failure::Missing => "No token in header",
        Failure::Unreadable(_) => INVALID,
        Failure::Token(fault) => of_token(fault, presented),
        Failure::Denied(denial) => of_denial(denial),
        Failure::Claims(_) => "claims-mismatch",
        Failure::CrossSite(_) => "cross-site-cookie",
        Failure::Configuration(fault) => of_configuration(fault, presented),
        Failure::Upstream(_) => match presented {
            Some(Presented { form: Form::Opaque, .. }) | None => UNEXPECTED,
            Some(presented) if presented.is_session() => "jwk-remote-failed-to-load",
            Some(_) => NOT_VERIFIED,
        },
    }
}

fn of_token(fault: &TokenFault, presented: Option<Presented>) -> &'static str {
    match (fault, presented) {
        (TokenFault::NotAccepted(_), _) => MISMATCH,
        (TokenFault::Cookie(fault), _) => of_cookie(*fault),
        (TokenFault::NoAudience(_) | TokenFault::Audience(_) | TokenFault::Recipient, _) => {
            NOT_VERIFIED
        }
        (TokenFault::Malformed(_), _) | (_, Some(Presented { form: Form::Opaque, .. })) => INVALID,
        (fault, Some(presented)) if !presented.is_session() => match fault {
            TokenFault::Category => INVALID,
            _ => NOT_VERIFIED,
        },
        (fault, _) => of_session(fault),
    }
}

/// Sessions are the only tokens whose faults Clerk's SDK tells apart.
fn of_session(fault: &TokenFault) -> &'static str {
    match fault {
        TokenFault::Category | TokenFault::IdToken => MISMATCH,
        TokenFault::Algorithm => "token-invalid-algorithm",
        TokenFault::KeyId | TokenFault::UnknownKey => "jwk-kid-mismatch",
        TokenFault::Signature => "token-invalid-signature",
        TokenFault::Expired => "session-token-expired",
        TokenFault::NotYetValid => "session-token-nbf",
        TokenFault::IssuedInFuture => "session-token-iat-in-the-future",
        TokenFault::NoAuthorizedParty | TokenFault::AuthorizedParty => {
            "token-invalid-authorized-parties"
        }
        TokenFault::Issuer => "token-invalid-issuer",
        TokenFault::Pending => "session-pending",
        TokenFault::KeyAlgorithm
        | TokenFault::Claim(_)
        | TokenFault::NoAudience(_)
        | TokenFault::Audience(_)
        | TokenFault::Recipient => NOT_VERIFIED,
        TokenFault::Malformed(_)
        | TokenFault::Cookie(_)
        | TokenFault::NotAccepted(_)
        | TokenFault::Type
        | TokenFault::Extension(_)
        | TokenFault::NotConfirmed { .. }
        | TokenFault::Revoked
        | TokenFault::Inactive
        | TokenFault::Answer(_) => INVALID,
    }
}

fn of_cookie(fault: CookieFault) -> &'static str {
    match fault {
        CookieFault::NoClientUat => "session-token-but-no-client-uat",
        CookieFault::NoSession => "client-uat-but-no-session-token",
        CookieFault::Stale => "session-token-iat-before-client-uat",
        CookieFault::NoDevBrowser => "dev-browser-missing",
    }
}

fn of_denial(denial: &Denial) -> &'static str {
    match denial {
        Denial::Reverification(_) => "reverification-error",
        Denial::MissingScopes(_) => "scope-missing",
        Denial::Session(_) => "permission-missing",
        Denial::Sender => "sender-not-listed",
        Denial::Audience => NOT_VERIFIED,
        Denial::NotAccepted(_) => MISMATCH,
    }
}

fn of_configuration(fault: &ConfigurationFault, presented: Option<Presented>) -> &'static str {
    match fault {
        ConfigurationFault::KeyRefused { .. }
            if presented.is_some_and(|it| it.is_session() || it.form == Form::Opaque) =>
        {
            "secret-key-invalid"
        }
        ConfigurationFault::NoKeySource if presented.is_some_and(Presented::is_session) => {
            "jwk-failed-to-resolve"
        }
        ConfigurationFault::KeyRefused { .. } | ConfigurationFault::NoKeySource => NOT_VERIFIED,
        ConfigurationFault::NoSecretKey
        | ConfigurationFault::NoMachineKey
        | ConfigurationFault::NoMachineId
        | ConfigurationFault::NoClerk
        | ConfigurationFault::AskingRefused { .. }
        | ConfigurationFault::RequestRejected { .. } => UNEXPECTED,
    }
}
