//! Reads what every verification response has: an approval, only if the body says so.

pub(crate) mod api_key;
pub(crate) mod m2m;
pub(crate) mod oauth;

use crate::{
    clock::{UnixMillis, whole},
    error::TokenError,
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
pub(crate) fn granted_scopes(answer: &Object<'_>) -> Result<Scopes, TokenError> {
    match answer.texts("scopes") {
        Member::Is(scopes) => Ok(Scopes::from_list(scopes)),
        Member::Null => Ok(Scopes::from_text("")),
        Member::Absent | Member::Mistyped => Err(TokenError::Answer("scopes")),
    }
}

impl Approval {
    /// A status of 200 is no approval: the endpoint also answers 200 for tokens that are
    /// revoked, expired or inactive. Each member must be there and must say yes.
    pub(crate) fn read(answer: &Object<'_>, object: &str, unit: Unit) -> Result<Self, TokenError> {
        if !matches!(answer.boolean("active"), Member::Absent | Member::Is(true)) {
            return Err(TokenError::Inactive);
        }
        // RFC 7800 §3.1: bound to a key that its holder must prove. A bearer cannot.
        if answer.has("cnf") {
            return Err(TokenError::Extension("cnf"));
        }
        if !matches!(answer.text("object"), Member::Is(name) if name == object) {
            return Err(TokenError::Answer("object"));
        }
        match answer.boolean("revoked") {
            Member::Is(false) => {}
            Member::Is(true) => return Err(TokenError::Revoked),
            _ => return Err(TokenError::Answer("revoked")),
        }
        match answer.boolean("expired") {
            Member::Is(false) => {}
            Member::Is(true) => return Err(TokenError::Expired),
            _ => return Err(TokenError::Answer("expired")),
        }
        let expires_at = match answer.number("expiration") {
            Member::Null => None,
            Member::Is(time) => Some(unit.to_millis(time)),
            _ => return Err(TokenError::Answer("expiration")),
        };
        let member = |name| match required_text(answer, name) {
            Ok(text) => Ok(text.into_owned()),
            Err(_) => Err(TokenError::Answer(name)),
        };
        Ok(Self {
            id: member("id")?,
            subject: member("subject")?,
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

    fn read(answer: &str) -> Result<Approval, TokenError> {
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
        for (from, to) in [
            (r#""object":"api_key","#, ""),
            (r#""api_key""#, r#""clerk_idp_oauth_access_token""#),
            (r#""id":"ak_1","#, ""),
            (r#""ak_1""#, r#""""#),
            (r#""ak_1""#, "7"),
            (r#""subject":"user_1","#, ""),
            (r#""user_1""#, r#""""#),
            (r#""user_1""#, "null"),
            (r#""revoked":false"#, r#""revoked":true"#),
            (r#""revoked":false"#, r#""revoked":"false""#),
            (r#""revoked":false"#, r#""revoked":0"#),
            (r#""revoked":false,"#, ""),
            (r#""expired":false"#, r#""expired":true"#),
            (r#""expired":false,"#, ""),
            (r#","expiration":null"#, ""),
            (r#""expiration":null"#, r#""expiration":"never""#),
            (r#""expiration":null"#, r#""expiration":null,"active":false"#),
            (r#""expiration":null"#, r#""expiration":null,"cnf":{"jkt":"x"}"#),
            (r#""expiration":null"#, r#""expiration":null,"active":"true""#),
            (r#""expiration":null"#, r#""expiration":null,"act":"user_2""#),
            (r#""expiration":null"#, r#""expiration":null,"act":{}"#),
        ] {
            assert!(read(&good.replacen(from, to, 1)).is_err(), "{from} → {to}");
        }
        assert!(matches!(read(r#"{"active":false}"#), Err(TokenError::Inactive)));
    }
}
