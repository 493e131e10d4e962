//! Claims of session cookies that are not verified yet: they only select what is verified.

use super::instance::without_scheme;
use crate::{
    clock::UnixMillis,
    token::{
        Decoded, Token,
        json::{Member, Object},
    },
};

/// Reads a token before it is verified.
fn classified<T>(token: &str, read: impl FnOnce(&Token<'_>) -> Option<T>) -> Option<T> {
    let decoded = Decoded::from_text(token.as_bytes()).ok()?;
    read(&Token::classify(&decoded).ok()?)
}

/// Reads the claims of such a token, whatever its class.
pub(super) fn claims<T>(token: &str, read: impl FnOnce(&Object<'_>) -> T) -> Option<T> {
    classified(token, |token| match token {
        Token::SessionJwt(jwt) | Token::OAuthJwt(jwt) | Token::M2mJwt(jwt) => {
            Some(read(&jwt.payload))
        }
        Token::Opaque(_) => None,
    })
}

/// The issuer without its scheme; `None` if it is not a string.
pub(super) fn issuer_host(payload: &Object<'_>) -> Option<String> {
    match payload.text("iss") {
        Member::Absent | Member::Null => None,
        Member::Mistyped => Some(String::new()),
        Member::Is(issuer) if issuer.is_empty() => None,
        Member::Is(issuer) => Some(without_scheme(&issuer).to_owned()),
    }
}

pub(super) fn number(payload: &Object<'_>, name: &str) -> Option<f64> {
    match payload.number(name) {
        Member::Is(number) => Some(number),
        _ => None,
    }
}

/// When a token was issued; 0 where that is not known.
pub(super) fn issued_at(token: Option<&str>) -> f64 {
    token.and_then(|token| claims(token, |payload| number(payload, "iat"))).flatten().unwrap_or(0.0)
}

/// Whether a session token says that it was issued before `client_uat`. What is wrong with a token
/// of another class is its class.
pub(crate) fn is_older(token: &str, client_uat: i64) -> bool {
    let issued = classified(token, |token| match token {
        Token::SessionJwt(jwt) => number(&jwt.payload, "iat"),
        Token::OAuthJwt(_) | Token::M2mJwt(_) | Token::Opaque(_) => None,
    });
    #[allow(clippy::cast_precision_loss, reason = "seconds of this era are exact in a double")]
    let client_uat = client_uat as f64;
    issued.is_some_and(|issued| issued < client_uat)
}

pub(super) fn is_over(session: Option<&str>, now: UnixMillis) -> bool {
    let expires = session.and_then(|token| claims(token, |it| number(it, "exp")));
    #[allow(clippy::cast_precision_loss, reason = "seconds of this era are exact in a double")]
    let now = now.0.div_euclid(1000) as f64;
    expires.flatten().is_some_and(|expires| expires <= now)
}
