//! A JWT's header in, the algorithm and key id to verify it with out. Nothing is asked of the
//! network for a token that fails here.

use std::borrow::Cow;

use super::key::Algorithm;
use crate::{
    error::TokenError,
    token::{
        is_access_token_type,
        json::{Member, Object},
    },
};

/// Clerk's categories: the header `cat` of the tokens that it signs.
const SESSION: &str = "cl_B7d4PD111AAA";
const M2M: &str = "cl_B7d4PD333AAA";
/// Some instances stamp this on every class, so it says nothing.
const IGNORE: &str = "cl_I7d4PD111III";

/// The classes of JWT, for the rules that differ between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Session,
    OAuth,
    M2m,
}

/// What the header says that is needed to verify.
pub(crate) struct Header<'d> {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<Cow<'d, str>>,
    /// Whether `cat` is that of a session. Some sessions have none.
    is_session: bool,
}

/// Claims of ID tokens alone (`OpenID` Connect Core §2, §3.3.2.11).
const OF_ID_TOKENS: [&str; 3] = ["nonce", "at_hash", "c_hash"];

impl<'d> Header<'d> {
    pub(crate) fn read(header: &Object<'d>, class: Class) -> Result<Self, TokenError> {
        if !category_fits(header, class) {
            return Err(TokenError::Category);
        }
        if !type_fits(header, class) {
            return Err(TokenError::Type);
        }
        // RFC 7515 §4.1.11: what is critical and not understood must be refused.
        for extension in ["crit", "b64", "zip"] {
            if header.has(extension) {
                return Err(TokenError::Extension(extension));
            }
        }
        let algorithm = match header.text("alg") {
            Member::Is(name) => Algorithm::from_name(&name).ok_or(TokenError::Algorithm)?,
            _ => return Err(TokenError::Algorithm),
        };
        let key_id = match header.text("kid") {
            Member::Is(id) if !id.is_empty() => Some(id),
            Member::Absent => None,
            _ => return Err(TokenError::KeyId),
        };
        let is_session = matches!(header.text("cat"), Member::Is(category) if category == SESSION);
        Ok(Self { algorithm, key_id, is_session })
    }

    /// Rejects a token that is not for its bearer to call an API with.
    pub(crate) fn check_bearer(
        &self,
        payload: &Object<'_>,
        class: Class,
    ) -> Result<(), TokenError> {
        // RFC 7800 §3.1: bound to a key that its holder must prove. A bearer cannot.
        if payload.has("cnf") {
            return Err(TokenError::Extension("cnf"));
        }
        // The same key signs ID tokens, which are for the client and look like old sessions.
        let may_be_id_token = class == Class::Session && !self.is_session;
        if may_be_id_token && OF_ID_TOKENS.iter().any(|claim| payload.has(claim)) {
            return Err(TokenError::IdToken);
        }
        Ok(())
    }
}

/// One instance key signs sessions, templates and machine tokens alike: `cat` keeps them apart.
/// Older tokens have none. OAuth tokens are told by `typ` and have no category of their own.
fn category_fits(header: &Object<'_>, class: Class) -> bool {
    match (class, header.text("cat")) {
        (Class::OAuth, _) | (_, Member::Absent) => true,
        (Class::Session, Member::Is(category)) => category == SESSION || category == IGNORE,
        (Class::M2m, Member::Is(category)) => category == M2M,
        (_, Member::Null | Member::Mistyped) => false,
    }
}

/// RFC 8725 §3.11: explicit typing. An OAuth access token must say so (RFC 9068 §4).
fn type_fits(header: &Object<'_>, class: Class) -> bool {
    match (class, header.text("typ")) {
        (Class::OAuth, Member::Is(typ)) => is_access_token_type(&typ),
        (Class::Session | Class::M2m, Member::Is(typ)) => typ == "JWT",
        (Class::Session | Class::M2m, Member::Absent) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "cl_B7d4PD222AAA";

    fn read(header: &str, class: Class) -> Result<(), TokenError> {
        Header::read(&Object::parse(header.as_bytes()).unwrap(), class).map(|_| ())
    }

    #[test]
    fn the_category_keeps_the_classes_apart() {
        let table = [
            // cat, as session, as M2M
            (String::new(), true, true),
            (format!(r#","cat":"{SESSION}""#), true, false),
            (format!(r#","cat":"{IGNORE}""#), true, false),
            (format!(r#","cat":"{TEMPLATE}""#), false, false),
            (format!(r#","cat":"{M2M}""#), false, true),
            (r#","cat":"cl_other""#.to_owned(), false, false),
            (r#","cat":"""#.to_owned(), false, false),
            (r#","cat":null"#.to_owned(), false, false),
            (r#","cat":["cl_B7d4PD111AAA"]"#.to_owned(), false, false),
        ];
        for (category, session, m2m) in table {
            let header = format!(r#"{{"alg":"RS256","kid":"k","typ":"JWT"{category}}}"#);
            assert_eq!(read(&header, Class::Session).is_ok(), session, "{header}");
            assert_eq!(read(&header, Class::M2m).is_ok(), m2m, "{header}");
            let header = header.replace("JWT", "at+jwt");
            assert!(read(&header, Class::OAuth).is_ok(), "{header}");
        }
    }

    #[test]
    fn id_token_is_not_a_session() {
        let categories = [
            // cat, and whether it says that the token is a session
            (String::new(), false),
            (format!(r#","cat":"{IGNORE}""#), false),
            (format!(r#","cat":"{SESSION}""#), true),
        ];
        for (category, is_session) in categories {
            for class in [Class::Session, Class::OAuth] {
                let typ = if class == Class::OAuth { r#","typ":"at+jwt""# } else { "" };
                let header = format!(r#"{{"alg":"RS256","kid":"k"{typ}{category}}}"#);
                let object = Object::parse_text(&header).unwrap();
                let header = Header::read(&object, class).unwrap();
                let check = |payload: &str| {
                    header.check_bearer(&Object::parse_text(payload).unwrap(), class)
                };
                for claim in OF_ID_TOKENS {
                    for value in [r#""x""#, r#""""#, "null", "7"] {
                        let payload = format!(r#"{{"sub":"user_ada","{claim}":{value}}}"#);
                        let is_accepted = is_session || class == Class::OAuth;
                        assert_eq!(check(&payload).is_ok(), is_accepted, "{category} {payload}");
                    }
                }
                assert!(check(r#"{"sub":"user_ada","auth_time":1,"Nonce":"x"}"#).is_ok());
            }
        }
    }

    #[test]
    fn the_type_is_that_of_the_class() {
        let table = [
            // typ, as session or M2M, as OAuth
            ("", true, false),
            (r#","typ":"JWT""#, true, false),
            (r#","typ":"jwt""#, false, false),
            (r#","typ":"""#, false, false),
            (r#","typ":null"#, false, false),
            (r#","typ":"at+jwt""#, false, true),
            (r#","typ":"application/at+jwt""#, false, true),
            (r#","typ":"AT+JWT""#, false, false),
        ];
        for (typ, session, oauth) in table {
            let header = format!(r#"{{"alg":"RS256","kid":"k"{typ}}}"#);
            assert_eq!(read(&header, Class::Session).is_ok(), session, "{header}");
            assert_eq!(read(&header, Class::M2m).is_ok(), session, "{header}");
            assert_eq!(read(&header, Class::OAuth).is_ok(), oauth, "{header}");
        }
    }

    #[test]
    fn only_the_three_algorithms_and_no_extension_pass() {
        for good in ["RS256", "RS384", "RS512"] {
            assert!(read(&format!(r#"{{"alg":"{good}","kid":"k"}}"#), Class::Session).is_ok());
        }
        for bad in [
            r#"{"kid":"k"}"#,
            r#"{"alg":"none","kid":"k"}"#,
            r#"{"alg":"None","kid":"k"}"#,
            r#"{"alg":"HS256","kid":"k"}"#,
            r#"{"alg":"rs256","kid":"k"}"#,
            r#"{"alg":"PS256","kid":"k"}"#,
            r#"{"alg":null,"kid":"k"}"#,
            r#"{"alg":["RS256"],"kid":"k"}"#,
            r#"{"alg":"RS256","kid":""}"#,
            r#"{"alg":"RS256","kid":null}"#,
            r#"{"alg":"RS256","kid":7}"#,
            r#"{"alg":"RS256","kid":"k","crit":[]}"#,
            r#"{"alg":"RS256","kid":"k","crit":["exp"]}"#,
            r#"{"alg":"RS256","kid":"k","b64":true}"#,
            r#"{"alg":"RS256","kid":"k","zip":"DEF"}"#,
        ] {
            assert!(read(bad, Class::Session).is_err(), "{bad}");
        }
    }
}
