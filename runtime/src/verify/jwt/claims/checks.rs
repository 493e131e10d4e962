//! A payload that was vouched for and the time in, the claims that every class shares out.
//!
//! A signature or Clerk's answer vouches first, so a forger learns nothing about what is
//! configured.

use std::borrow::Cow;

use crate::{
    clock::{UnixMillis, whole},
    error::{AudienceSetting, TokenError},
    identity::{
        Actor,
        ids::{OrgId, Subject, has_control},
    },
    token::json::{Member, Object},
};

/// Times beyond this many seconds from 1970 are no dates (RFC 7519 §2 gives no bound; this is
/// the largest that a JavaScript date can hold, so it is Clerk's).
const LATEST_SECOND: f64 = 8.64e12;

/// What the configuration asks of claims.
#[derive(Debug)]
pub(crate) struct ClaimChecks {
    /// How far our clock and Clerk's may differ, in milliseconds.
    pub(crate) clock_skew: i64,
    /// Empty if none is known; then `iss` is not checked.
    pub(crate) issuers: Vec<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) session_audience: Vec<String>,
    pub(crate) authorized_parties: Vec<String>,
    /// Whether only a session in a cookie must name its party. One that is named is checked anyway.
    pub(crate) parties_for_cookies_only: bool,
    pub(crate) recipient: Recipient,
}

/// The times that a token names, each cut to whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) expires: UnixMillis,
    not_before: Option<UnixMillis>,
    issued: Option<UnixMillis>,
}

#[cfg(test)]
impl Times {
    pub(crate) const fn until(expires: UnixMillis) -> Self {
        Self { expires, not_before: None, issued: None }
    }
}

/// Which M2M tokens are for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// Those that name this machine.
    Machine(String),
    /// All of the instance.
    Any,
    /// Nobody said, so none can be accepted.
    Unknown,
}

impl ClaimChecks {
    pub(crate) fn check_issuer(&self, payload: &Object<'_>) -> Result<(), TokenError> {
        if self.issuers.is_empty() || self.names_issuer(payload) {
            return Ok(());
        }
        Err(TokenError::Issuer)
    }

    /// Whether `iss` is one of the configured issuers.
    pub(crate) fn names_issuer(&self, payload: &Object<'_>) -> bool {
        let Member::Is(issuer) = payload.text("iss") else { return false };
        self.issuers.iter().any(|known| *known == issuer)
    }

    /// Reads `exp`, `nbf` and `iat`, and checks them.
    pub(crate) fn check_times(
        &self,
        payload: &Object<'_>,
        now: UnixMillis,
    ) -> Result<Times, TokenError> {
        let times = Times {
            expires: time(payload, "exp")?.ok_or(TokenError::Claim("exp"))?,
            not_before: time(payload, "nbf")?,
            issued: time(payload, "iat")?,
        };
        self.check_now(&times, now)?;
        Ok(times)
    }

    /// The moment from which a JWT is expired: at `exp` plus the skew.
    pub(crate) fn accepts_until(&self, expires: UnixMillis) -> UnixMillis {
        expires.plus(self.clock_skew)
    }

    pub(crate) fn check_now(&self, times: &Times, now: UnixMillis) -> Result<(), TokenError> {
        let latest = now.plus(self.clock_skew);
        if is_expired(Some(self.accepts_until(times.expires)), now) {
            return Err(TokenError::Expired);
        }
        if times.not_before.is_some_and(|time| time > latest) {
            return Err(TokenError::NotYetValid);
        }
        if times.issued.is_some_and(|time| time > latest) {
            return Err(TokenError::IssuedInFuture);
        }
        Ok(())
    }

    /// A session's `aud`, where one is configured: then it must be there. A malformed one is
    /// rejected in any case.
    pub(crate) fn check_session_audience(&self, payload: &Object<'_>) -> Result<(), TokenError> {
        let audience = audience(payload)?;
        if self.session_audience.is_empty() {
            return Ok(());
        }
        let named = audience.iter().map(AsRef::as_ref);
        intersects(&self.session_audience, named, AudienceSetting::Session)
    }

    /// An OAuth token's `aud`, where one is configured: then it must be there (RFC 9068 §4).
    pub(crate) fn check_audience<'a>(
        &self,
        audience: impl Iterator<Item = &'a str>,
    ) -> Result<(), TokenError> {
        if self.audience.is_empty() {
            return Ok(());
        }
        intersects(&self.audience, audience, AudienceSetting::OAuth)
    }

    /// A session's `azp`, where authorized parties are configured: then it must be one of them.
    pub(crate) fn check_authorized_party(&self, payload: &Object<'_>) -> Result<(), TokenError> {
        if self.authorized_parties.is_empty() {
            return Ok(());
        }
        match payload.text("azp") {
            _ if !names_party(payload) && self.parties_for_cookies_only => Ok(()),
            Member::Is(party) if self.authorized_parties.iter().any(|known| *known == party) => {
                Ok(())
            }
            _ if !names_party(payload) => Err(TokenError::NoAuthorizedParty),
            _ => Err(TokenError::AuthorizedParty),
        }
    }

    /// A session in a cookie must name its party, where authorized parties are configured.
    pub(crate) fn check_cookie_party(&self, names_party: bool) -> Result<(), TokenError> {
        if names_party || self.authorized_parties.is_empty() {
            return Ok(());
        }
        Err(TokenError::NoAuthorizedParty)
    }
}

/// Whether a payload has an `azp`. One that is not a text is there, and names no party.
pub(crate) fn names_party(payload: &Object<'_>) -> bool {
    match payload.text("azp") {
        Member::Absent | Member::Null => false,
        Member::Is(party) => !party.is_empty(),
        Member::Mistyped => true,
    }
}

/// Whether a token that is accepted until `end` is expired: at that moment it is (RFC 7519
/// §4.1.4: "on or after"). Everything that a token's end ends asks here.
pub(crate) fn is_expired(end: Option<UnixMillis>, now: UnixMillis) -> bool {
    end.is_some_and(|end| end <= now)
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

fn intersects<'a>(
    configured: &[String],
    named: impl Iterator<Item = &'a str>,
    setting: AudienceSetting,
) -> Result<(), TokenError> {
    let mut named = named.peekable();
    if named.peek().is_none() {
        return Err(TokenError::NoAudience(setting));
    }
    let one_of_ours = named.any(|name| configured.iter().any(|known| known == name));
    if one_of_ours { Ok(()) } else { Err(TokenError::Audience(setting)) }
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

    const NOW: UnixMillis = UnixMillis(1_800_000_030_000);

    fn rules(clock_skew: i64) -> ClaimChecks {
        ClaimChecks {
            clock_skew,
            issuers: vec![
                "https://clerk.example.com".into(),
                "https://clerk.satellite.example".into(),
            ],
            audience: vec!["https://api.example.com".into()],
            session_audience: vec!["https://api.example.com".into()],
            authorized_parties: vec!["https://app.example.com".into()],
            parties_for_cookies_only: false,
            recipient: Recipient::Unknown,
        }
    }

    fn times(skew: i64, claims: &str) -> Result<Times, TokenError> {
        rules(skew).check_times(&Object::parse(claims.as_bytes()).unwrap(), NOW)
    }

    /// Seconds from now, the skew, and the outcome at that second.
    #[test]
    fn the_boundary_seconds_of_each_time_claim() {
        let at = |name: &str, offset: i64| {
            let exp = if name == "exp" { "" } else { r#","exp":1900000000"# };
            format!(r#"{{"{name}":{}{exp}}}"#, 1_800_000_030 + offset)
        };
        let table = [
            ("exp", 5000, -4, true),
            ("exp", 5000, -5, false),
            ("exp", 0, 1, true),
            ("exp", 0, 0, false),
            ("nbf", 5000, 5, true),
            ("nbf", 5000, 6, false),
            ("nbf", 0, 0, true),
            ("nbf", 0, 1, false),
            ("iat", 5000, 5, true),
            ("iat", 5000, 6, false),
            ("iat", 0, 0, true),
            ("iat", 0, 1, false),
        ];
        for (name, skew, offset, accepted) in table {
            assert_eq!(
                times(skew, &at(name, offset)).is_ok(),
                accepted,
                "{name} {offset:+} skew {skew}"
            );
        }
    }

    #[test]
    fn a_time_is_a_finite_number_in_range_or_the_token_is_refused() {
        for exp in ["1800000090.9", "18000000900e-1", "8.64e12"] {
            assert!(times(0, &format!(r#"{{"exp":{exp}}}"#)).is_ok(), "{exp}");
        }
        let wrong = ["null", "\"1800000090\"", "true", "[]", "{}", "8.65e12", "-8.65e12", "1e308"];
        for value in wrong {
            for claims in [
                format!(r#"{{"exp":{value}}}"#),
                format!(r#"{{"exp":1800000090,"nbf":{value}}}"#),
                format!(r#"{{"exp":1800000090,"iat":{value}}}"#),
            ] {
                assert!(matches!(times(0, &claims), Err(TokenError::Claim(_))), "{claims}");
            }
        }
        assert!(matches!(times(0, "{}"), Err(TokenError::Claim("exp"))));
    }

    #[test]
    fn issuer_and_authorized_party_are_exact_strings() {
        let good = r#"{"iss":"https://clerk.example.com","azp":"https://app.example.com"}"#;
        let good = Object::parse(good.as_bytes()).unwrap();
        assert!(rules(0).check_issuer(&good).is_ok());
        assert!(rules(0).check_authorized_party(&good).is_ok());
        let second = Object::parse(br#"{"iss":"https://clerk.satellite.example"}"#).unwrap();
        assert!(rules(0).check_issuer(&second).is_ok());
        for value in [
            "",
            r#""iss":"https://clerk.satellite.example/","azp":null"#,
            r#""iss":"https://clerk.example.com,https://clerk.satellite.example","azp":null"#,
            r#""iss":null,"azp":null"#,
            r#""iss":"","azp":"""#,
            r#""iss":"https://clerk.example.com/","azp":"https://app.example.com/""#,
            r#""iss":"https://CLERK.example.com","azp":"https://app.example.com:443""#,
            r#""iss":["https://clerk.example.com"],"azp":["https://app.example.com"]"#,
            r#""iss":"https://clerk","azp":"https://app.example""#,
        ] {
            let claims = format!("{{{value}}}");
            let claims = Object::parse(claims.as_bytes()).unwrap();
            assert!(rules(0).check_issuer(&claims).is_err(), "{value}");
            assert!(rules(0).check_authorized_party(&claims).is_err(), "{value}");
        }
    }

    #[test]
    fn a_configured_audience_must_be_named() {
        let table = [
            (r#"{"aud":"https://api.example.com"}"#, true),
            (r#"{"aud":["x","https://api.example.com"]}"#, true),
            ("{}", false),
            (r#"{"aud":null}"#, false),
            (r#"{"aud":""}"#, false),
            (r#"{"aud":[]}"#, false),
            (r#"{"aud":{}}"#, false),
            (r#"{"aud":7}"#, false),
            (r#"{"aud":["https://api.example.com",7]}"#, false),
            (r#"{"aud":["https://api.example.com",""]}"#, false),
            (r#"{"aud":"https://api.example.com/"}"#, false),
        ];
        for (claims, accepted) in table {
            let object = Object::parse(claims.as_bytes()).unwrap();
            assert_eq!(rules(0).check_session_audience(&object).is_ok(), accepted, "{claims}");
            let oauth = audience(&object)
                .and_then(|names| rules(0).check_audience(names.iter().map(AsRef::as_ref)));
            assert_eq!(oauth.is_ok(), accepted, "{claims}");
        }
    }
}
