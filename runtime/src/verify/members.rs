//! Reads the members that signed payloads and verification responses share.

use std::borrow::Cow;

use super::facts::Times;
use crate::{
    clock::{UnixMillis, whole},
    error::TokenError,
    identity::{
        Actor,
        ids::{OrgId, Subject, has_control},
    },
    token::json::{Member, Object},
};

/// Times beyond this many seconds from 1970 are no dates (RFC 7519 §2 gives no bound; this is
/// the largest that a JavaScript date can hold, so it is Clerk's).
const LATEST_SECOND: f64 = 8.64e12;

/// The `iss` of a payload. `None` if it is not a string.
pub(crate) fn issuer(payload: &Object<'_>) -> Option<Box<str>> {
    match payload.text("iss") {
        Member::Is(issuer) => Some(issuer.into()),
        Member::Absent | Member::Null | Member::Mistyped => None,
    }
}

/// The `exp`, `nbf` and `iat` of a payload.
pub(crate) fn times(payload: &Object<'_>) -> Result<Times, TokenError> {
    Ok(Times {
        expires: time(payload, "exp")?.ok_or(TokenError::Claim("exp"))?,
        not_before: time(payload, "nbf")?,
        issued: time(payload, "iat")?,
    })
}

/// The `aud` of a payload as a list: absent and `null` are an empty list, which names no audience,
/// and an empty name is not a name (RFC 7519 §4.1.3).
pub(crate) fn audience(payload: &Object<'_>) -> Result<Box<[Box<str>]>, TokenError> {
    let names = match (payload.text("aud"), payload.texts("aud")) {
        (Member::Absent | Member::Null, _) => Vec::new(),
        (Member::Is(name), _) => vec![name],
        (_, Member::Is(names)) => names,
        _ => return Err(TokenError::Claim("aud")),
    };
    if names.iter().any(|name| name.is_empty()) {
        return Err(TokenError::Claim("aud"));
    }
    Ok(names.into_iter().map(|name| name.into_owned().into_boxed_str()).collect())
}

/// A claim that must be a string with something in it and nothing that breaks a log line.
pub(crate) fn required_text<'j>(
    payload: &Object<'j>,
    name: &'static str,
) -> Result<Cow<'j, str>, TokenError> {
    match payload.text(name) {
        Member::Is(text) if !text.is_empty() && !has_control(&text) => Ok(text),
        _ => Err(TokenError::Claim(name)),
    }
}

/// A claim that may be missing, `null` or empty, and is a string otherwise.
pub(crate) fn optional_text<'j>(
    payload: &Object<'j>,
    name: &'static str,
) -> Result<Option<Cow<'j, str>>, TokenError> {
    match payload.text(name) {
        Member::Absent | Member::Null => Ok(None),
        Member::Is(text) if text.is_empty() => Ok(None),
        Member::Is(_) => required_text(payload, name).map(Some),
        Member::Mistyped => Err(TokenError::Claim(name)),
    }
}

/// The ID of an organization, `org_…`: that of a user or a machine in its place is none.
pub(crate) fn organization_id(id: &str, name: &'static str) -> Result<OrgId, TokenError> {
    match Subject::from_id(id) {
        Some(Subject::Organization(id)) => Ok(id),
        _ => Err(TokenError::Claim(name)),
    }
}

/// The party that really acts, and those before it (RFC 8693 §4.1). One that is there and cannot
/// be read, at any level, must not look as if the subject acted alone.
pub(crate) fn actor(members: &Object<'_>) -> Result<Option<Actor>, TokenError> {
    let claim = match members.object("act") {
        Member::Absent | Member::Null => return Ok(None),
        Member::Is(claim) => claim,
        Member::Mistyped => return Err(TokenError::Claim("act")),
    };
    let read = || -> Result<Actor, TokenError> {
        Ok(Actor {
            subject: required_text(&claim, "sub")?.into(),
            issuer: optional_text(&claim, "iss")?.map(Into::into),
            earlier: actor(&claim)?.map(Box::new),
        })
    };
    read().map(Some).map_err(|_| TokenError::Claim("act"))
}

/// A `NumericDate` (RFC 7519 §2), cut to whole seconds.
fn time(payload: &Object<'_>, name: &'static str) -> Result<Option<UnixMillis>, TokenError> {
    match payload.number(name) {
        Member::Absent => Ok(None),
        Member::Is(seconds) if seconds.abs() <= LATEST_SECOND => {
            Ok(Some(UnixMillis(whole(seconds).saturating_mul(1000))))
        }
        _ => Err(TokenError::Claim(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object<'_> {
        Object::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn time_that_is_not_a_finite_number_in_range_is_rejected() {
        for exp in ["1800000090.9", "18000000900e-1", "8.64e12"] {
            assert!(times(&object(&format!(r#"{{"exp":{exp}}}"#))).is_ok(), "{exp}");
        }
        let wrong = ["null", "\"1800000090\"", "true", "[]", "{}", "8.65e12", "-8.65e12", "1e308"];
        for value in wrong {
            for claims in [
                format!(r#"{{"exp":{value}}}"#),
                format!(r#"{{"exp":1800000090,"nbf":{value}}}"#),
                format!(r#"{{"exp":1800000090,"iat":{value}}}"#),
            ] {
                assert!(matches!(times(&object(&claims)), Err(TokenError::Claim(_))), "{claims}");
            }
        }
        assert!(matches!(times(&object("{}")), Err(TokenError::Claim("exp"))));
    }

    #[test]
    fn malformed_audience_is_rejected_and_an_absent_one_is_empty() {
        let table: &[(&str, Option<&[&str]>)] = &[
            (r#"{"aud":"a"}"#, Some(&["a"])),
            (r#"{"aud":["a","b"]}"#, Some(&["a", "b"])),
            ("{}", Some(&[])),
            (r#"{"aud":null}"#, Some(&[])),
            (r#"{"aud":[]}"#, Some(&[])),
            (r#"{"aud":""}"#, None),
            (r#"{"aud":{}}"#, None),
            (r#"{"aud":7}"#, None),
            (r#"{"aud":["a",7]}"#, None),
            (r#"{"aud":["a",""]}"#, None),
        ];
        for (claims, expected) in table {
            let names = audience(&object(claims)).ok();
            let names: Option<Vec<&str>> =
                names.as_ref().map(|names| names.iter().map(AsRef::as_ref).collect());
            assert_eq!(names.as_deref(), *expected, "{claims}");
        }
    }

    #[test]
    fn issuer_that_is_not_a_string_is_absent() {
        assert_eq!(issuer(&object(r#"{"iss":"a"}"#)).as_deref(), Some("a"));
        for claims in ["{}", r#"{"iss":null}"#, r#"{"iss":["a"]}"#, r#"{"iss":7}"#] {
            assert_eq!(issuer(&object(claims)), None, "{claims}");
        }
    }
}
