//! Reads what every verification response has: an approval, only if the body says so.

pub(crate) mod api_key;
pub(crate) mod m2m;
pub(crate) mod oauth;

use std::borrow::Cow;

use crate::{
    clock::{UnixMillis, whole},
    error::{ErrorKind, TokenError, UpstreamError, UpstreamErrorKind},
    identity::{Actor, scopes::Scopes},
    token::json::{Member, Object},
    verify::members::{actor, required_text},
};

/// The unit of an answer's timestamps. Clerk's endpoints differ.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unit {
    Seconds,
    Milliseconds,
}

/// What every approved token has.
pub(crate) struct Approval {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) expires_at: Option<UnixMillis>,
    pub(crate) actor: Option<Actor>,
}

/// The scopes of an answer. `null` is an empty list: it grants nothing. An answer without the
/// member does not say what was granted.
pub(crate) fn granted_scopes(answer: &Object<'_>) -> Result<Scopes, UpstreamError> {
    match answer.texts("scopes") {
        Member::Is(scopes) => Ok(Scopes::from_list(scopes)),
        Member::Null => Ok(Scopes::from_text("")),
        Member::Absent | Member::Mistyped => Err(unusable("scopes")),
    }
}

/// Clerk's object always has this member, and of one type. Without it, the answer is not Clerk's, so
/// it says nothing about the token.
pub(crate) fn unusable(member: &'static str) -> UpstreamError {
    UpstreamError::new(UpstreamErrorKind::Member(member))
}

pub(crate) fn sent_text<'j>(
    answer: &Object<'j>,
    name: &'static str,
) -> Result<Cow<'j, str>, UpstreamError> {
    required_text(answer, name).map_err(|_| unusable(name))
}

impl Approval {
    /// A status of 200 is no approval: the endpoint also answers 200 for tokens that are
    /// revoked, expired or inactive. Each member must be there and must say yes.
    pub(crate) fn read(answer: &Object<'_>, object: &str, unit: Unit) -> Result<Self, ErrorKind> {
        match answer.boolean("active") {
            Member::Absent | Member::Is(true) => {}
            Member::Is(false) => return Err(TokenError::Inactive.into()),
            Member::Null | Member::Mistyped => return Err(unusable("active").into()),
        }
        // RFC 7800 §3.1: bound to a key that its holder must prove. A bearer cannot.
        if answer.has("cnf") {
            return Err(TokenError::Extension("cnf").into());
        }
        if !matches!(answer.text("object"), Member::Is(name) if name == object) {
            return Err(unusable("object").into());
        }
        match answer.boolean("revoked") {
            Member::Is(false) => {}
            Member::Is(true) => return Err(TokenError::Revoked.into()),
            _ => return Err(unusable("revoked").into()),
        }
        match answer.boolean("expired") {
            Member::Is(false) => {}
            Member::Is(true) => return Err(TokenError::Expired.into()),
            _ => return Err(unusable("expired").into()),
        }
        let expires_at = match answer.number("expiration") {
            Member::Null => None,
            Member::Is(time) => Some(unit.to_millis(time)),
            _ => return Err(unusable("expiration").into()),
        };
        Ok(Self {
            id: sent_text(answer, "id")?.into_owned(),
            subject: sent_text(answer, "subject")?.into_owned(),
            expires_at,
            actor: actor(answer)?,
        })
    }
}

impl Unit {
    fn to_millis(self, time: f64) -> UnixMillis {
        match self {
            Self::Seconds => UnixMillis(whole(time).saturating_mul(1000)),
            Self::Milliseconds => UnixMillis(whole(time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> Result<Approval, ErrorKind> {
        let answer = Object::parse(answer.as_bytes()).unwrap();
        Approval::read(&answer, "api_key", Unit::Milliseconds)
    }

    #[test]
    fn an_answer_approves_only_if_every_member_says_so() {
        let good = r#"{"object":"api_key","id":"ak_1","subject":"user_1","revoked":false,"expired":false,"expiration":null}"#;
        assert!(read(good).is_ok());
        for (from, to) in [
            (r#""expiration":null"#, r#""expiration":1800000030001"#),
            (r#""expiration":null"#, r#""expiration":null,"active":true"#),
            (r#""expiration":null"#, r#""expiration":null,"act":null"#),
            (r#""expiration":null"#, r#""expiration":null,"act":{"sub":"user_2"}"#),
        ] {
            assert!(read(&good.replace(from, to)).is_ok(), "{to}");
        }
        // Whether the answer says that the token is bad.
        for (from, to, is_verdict) in [
            (r#""object":"api_key","#, "", false),
            (r#""api_key""#, r#""clerk_idp_oauth_access_token""#, false),
            (r#""id":"ak_1","#, "", false),
            (r#""ak_1""#, r#""""#, false),
            (r#""ak_1""#, "7", false),
            (r#""subject":"user_1","#, "", false),
            (r#""user_1""#, r#""""#, false),
            (r#""user_1""#, "null", false),
            (r#""revoked":false"#, r#""revoked":true"#, true),
            (r#""revoked":false"#, r#""revoked":"false""#, false),
            (r#""revoked":false"#, r#""revoked":0"#, false),
            (r#""revoked":false,"#, "", false),
            (r#""expired":false"#, r#""expired":true"#, true),
            (r#""expired":false,"#, "", false),
            (r#","expiration":null"#, "", false),
            (r#""expiration":null"#, r#""expiration":"never""#, false),
            (r#""expiration":null"#, r#""expiration":null,"active":false"#, true),
            (r#""expiration":null"#, r#""expiration":null,"cnf":{"jkt":"x"}"#, true),
            (r#""expiration":null"#, r#""expiration":null,"active":"true""#, false),
            (r#""expiration":null"#, r#""expiration":null,"act":"user_2""#, true),
            (r#""expiration":null"#, r#""expiration":null,"act":{}"#, true),
        ] {
            let refused = read(&good.replacen(from, to, 1)).err();
            let blamed = matches!(refused, Some(ErrorKind::Token(_)));
            let is_outage = matches!(refused, Some(ErrorKind::Upstream(_)));
            assert_eq!((blamed, is_outage), (is_verdict, !is_verdict), "{from} → {to}");
        }
        assert!(matches!(read(r#"{"active":false}"#), Err(ErrorKind::Token(TokenError::Inactive))));
    }
}
