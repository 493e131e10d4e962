//! A bearer token's text in, one of four classified tokens out.
//!
//! Nothing here is trusted: the class only selects the verifier. But the class is read from the
//! very bytes that are verified later, so a token cannot be one thing here and another there.

mod base64url;
pub(crate) mod json;

use std::fmt;

use base64::decoded_len_estimate;
use memchr::memchr_iter;
use serde::Serialize;

use crate::token::json::{Member, Object};

/// Longest token that is looked at, in bytes. Clerk's are below 4 KiB: they must fit in a cookie.
pub(crate) const LONGEST_TOKEN: usize = 16 * 1024;

/// Longest opaque token that is sent to Clerk, in bytes. Clerk's are below 100.
const LONGEST_OPAQUE: usize = 1024;

/// The four classes of token that Clerk issues to callers of an API.
///
/// All four may be signed by the same instance key, so only the class keeps them apart. The
/// list is exhaustive on purpose: a fifth class must be looked at wherever the four are matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum TokenType {
    /// A signed-in user's session: always a JWT, lives a minute.
    #[serde(rename = "session_token")]
    SessionToken,
    /// An OAuth 2 access token of a user: a JWT (`at+jwt`) or opaque (`oat_…`).
    #[serde(rename = "oauth_token")]
    OAuthToken,
    /// A token from one machine to another: a JWT (subject `mch_…`) or opaque (`mt_…`).
    #[serde(rename = "m2m_token")]
    M2mToken,
    /// A long-lived key of a user or an organization: always opaque (`ak_…`).
    #[serde(rename = "api_key")]
    ApiKey,
}

impl TokenType {
    /// Clerk's name of the type, as written in `accepts`.
    ///
    /// ```
    /// assert_eq!(clerk_auth::TokenType::OAuthToken.as_str(), "oauth_token");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionToken => "session_token",
            Self::OAuthToken => "oauth_token",
            Self::M2mToken => "m2m_token",
            Self::ApiKey => "api_key",
        }
    }
}

impl TokenType {
    /// The name behind its article, for a sentence.
    pub(crate) const fn with_article(self) -> &'static str {
        match self {
            Self::SessionToken => "a session_token",
            Self::OAuthToken => "an oauth_token",
            Self::M2mToken => "an m2m_token",
            Self::ApiKey => "an api_key",
        }
    }
}

impl fmt::Display for TokenType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The types of token that have an opaque form, which is verified with the Backend API.
///
/// The list is exhaustive on purpose, like [`TokenType`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpaqueTokenType {
    /// An OAuth 2 access token of a user, `oat_…`.
    OAuthToken,
    /// A token from one machine to another, `mt_…`.
    M2mToken,
    /// A long-lived key of a user or an organization, `ak_…`.
    ApiKey,
}

impl From<OpaqueTokenType> for TokenType {
    fn from(token_type: OpaqueTokenType) -> Self {
        match token_type {
            OpaqueTokenType::OAuthToken => Self::OAuthToken,
            OpaqueTokenType::M2mToken => Self::M2mToken,
            OpaqueTokenType::ApiKey => Self::ApiKey,
        }
    }
}

impl From<OpaqueTokenType> for OpaqueKind {
    fn from(token_type: OpaqueTokenType) -> Self {
        match token_type {
            OpaqueTokenType::OAuthToken => Self::OAuth,
            OpaqueTokenType::M2mToken => Self::M2m,
            OpaqueTokenType::ApiKey => Self::ApiKey,
        }
    }
}

impl fmt::Display for OpaqueTokenType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        TokenType::from(*self).fmt(formatter)
    }
}

/// The text is no token of any class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("the token is longer than {LONGEST_TOKEN} bytes")]
    TooLong,
    #[error(
        "the opaque token has nothing behind its prefix, or is longer than {LONGEST_OPAQUE} bytes"
    )]
    OpaqueLength,
    #[error("the opaque token has a character that opaque tokens do not have")]
    OpaqueAlphabet,
    #[error("the token is neither opaque nor a JWT of three parts")]
    Parts,
    #[error("a part of the JWT is not strict base64url")]
    Base64,
    #[error("the JWT's header or payload is not one JSON object with unique names")]
    Json,
    #[error("the token is the word `{0}`: the variable that the client sends holds no token")]
    Word(&'static str),
}

/// What JavaScript, Python and Ruby write for a value that is not a string.
const WORDS: [&str; 7] =
    ["null", "undefined", "NaN", "[object Object]", "[object Promise]", "None", "nil"];

/// The word that a client sent in place of a token, if it is one of [`WORDS`].
pub(crate) fn word_in_place_of_token(text: &[u8]) -> Option<&'static str> {
    WORDS.into_iter().find(|word| word.as_bytes() == text)
}

/// A token's text, decoded but not yet read.
pub(crate) enum Decoded<'t> {
    Opaque(Opaque<'t>),
    Jwt(DecodedJwt<'t>),
}

/// The bytes of the three parts, one after the other.
pub(crate) struct DecodedJwt<'t> {
    /// Header and payload as they were sent.
    signed: &'t [u8],
    bytes: Vec<u8>,
    payload_at: usize,
    signature_at: usize,
}

/// An opaque token. The text includes the prefix and is visible ASCII.
#[derive(Clone, Copy)]
pub(crate) struct Opaque<'t> {
    pub(crate) kind: OpaqueKind,
    pub(crate) text: &'t str,
}

/// The types of token that can be opaque: told by the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum OpaqueKind {
    OAuth,
    M2m,
    ApiKey,
}

/// A classified token. Each class has its own verifier, and no verifier takes another's token.
pub(crate) enum Token<'d> {
    SessionJwt(Jwt<'d>),
    OAuthJwt(Jwt<'d>),
    M2mJwt(Jwt<'d>),
    Opaque(Opaque<'d>),
}

/// A JWT whose header and payload were read once, strictly.
pub(crate) struct Jwt<'d> {
    pub(crate) header: Object<'d>,
    pub(crate) payload: Object<'d>,
    /// The payload as it was sent: strict JSON.
    pub(crate) payload_json: &'d str,
    /// Header and payload as they were sent: what the signature covers.
    pub(crate) signed: &'d [u8],
    pub(crate) signature: &'d [u8],
}

impl<'t> Decoded<'t> {
    /// Opaque prefixes come first: a text is never opaque to one reader and a JWT to another.
    pub(crate) fn from_text(text: &'t [u8]) -> Result<Self, Malformed> {
        if text.len() > LONGEST_TOKEN {
            return Err(Malformed::TooLong);
        }
        if let Some(opaque) = Opaque::from_text(text)? {
            return Ok(Self::Opaque(opaque));
        }
        let [header, payload, signature, signed] = parts(text).ok_or_else(|| {
            word_in_place_of_token(text).map_or(Malformed::Parts, Malformed::Word)
        })?;
        let mut bytes = Vec::with_capacity(decoded_len_estimate(text.len()));
        base64url::decode(header, &mut bytes)?;
        let payload_at = bytes.len();
        base64url::decode(payload, &mut bytes)?;
        let signature_at = bytes.len();
        base64url::decode(signature, &mut bytes)?;
        Ok(Self::Jwt(DecodedJwt { signed, bytes, payload_at, signature_at }))
    }
}

/// Whether a text is not too long for a JWT, and no opaque token.
pub(crate) fn can_be_jwt(text: &[u8]) -> bool {
    text.len() <= LONGEST_TOKEN && OpaqueKind::of(text).is_none()
}

impl DecodedJwt<'_> {
    /// The parts, read as JSON; `None` where one is no strict object.
    fn read(&self) -> Option<Jwt<'_>> {
        let (json, signature) = self.bytes.split_at_checked(self.signature_at)?;
        let (header, payload) = json.split_at_checked(self.payload_at)?;
        let payload_json = str::from_utf8(payload).ok()?;
        Some(Jwt {
            header: Object::parse(header).ok()?,
            payload: Object::parse_text(payload_json).ok()?,
            payload_json,
            signed: self.signed,
            signature,
        })
    }
}

impl OpaqueKind {
    pub(crate) const fn token_type(self) -> TokenType {
        match self {
            Self::OAuth => TokenType::OAuthToken,
            Self::M2m => TokenType::M2mToken,
            Self::ApiKey => TokenType::ApiKey,
        }
    }

    /// Prefixes are Clerk's and compared with case. Returns what follows, too.
    fn of(text: &[u8]) -> Option<(Self, &[u8])> {
        const PREFIXES: [(OpaqueKind, &[u8]); 3] =
            [(OpaqueKind::M2m, b"mt_"), (OpaqueKind::OAuth, b"oat_"), (OpaqueKind::ApiKey, b"ak_")];
        PREFIXES.into_iter().find_map(|(kind, prefix)| Some((kind, text.strip_prefix(prefix)?)))
    }
}

impl<'t> Opaque<'t> {
    /// The alphabet and the length are checked so that an invalid token never becomes a billed call to Clerk.
    fn from_text(text: &'t [u8]) -> Result<Option<Self>, Malformed> {
        let Some((kind, secret)) = OpaqueKind::of(text) else { return Ok(None) };
        if secret.is_empty() || text.len() > LONGEST_OPAQUE {
            return Err(Malformed::OpaqueLength);
        }
        let known = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+/=".contains(byte);
        match str::from_utf8(text) {
            Ok(text) if secret.iter().all(known) => Ok(Some(Self { kind, text })),
            _ => Err(Malformed::OpaqueAlphabet),
        }
    }
}

impl<'d> Token<'d> {
    /// A JWT is an M2M token by its subject, an OAuth token by its `typ`, else a session token.
    pub(crate) fn classify(decoded: &'d Decoded<'_>) -> Result<Self, Malformed> {
        let jwt = match decoded {
            Decoded::Opaque(opaque) => return Ok(Self::Opaque(*opaque)),
            Decoded::Jwt(decoded) => decoded.read().ok_or(Malformed::Json)?,
        };
        if matches!(jwt.payload.text("sub"), Member::Is(subject) if subject.starts_with("mch_")) {
            return Ok(Self::M2mJwt(jwt));
        }
        if matches!(jwt.header.text("typ"), Member::Is(typ) if is_access_token_type(&typ)) {
            return Ok(Self::OAuthJwt(jwt));
        }
        Ok(Self::SessionJwt(jwt))
    }

    pub(crate) const fn presented(&self) -> Presented {
        let (token_type, form) = match self {
            Self::SessionJwt(_) => (TokenType::SessionToken, Form::Jwt),
            Self::OAuthJwt(_) => (TokenType::OAuthToken, Form::Jwt),
            Self::M2mJwt(_) => (TokenType::M2mToken, Form::Jwt),
            Self::Opaque(opaque) => (opaque.kind.token_type(), Form::Opaque),
        };
        Presented { token_type, form }
    }
}

/// What a token claims to be: all that is known of a rejected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Presented {
    pub(crate) token_type: TokenType,
    pub(crate) form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Jwt,
    Opaque,
    /// It was verified: a rejection then does not depend on its form.
    Verified,
}

impl Presented {
    pub(crate) fn is_session(self) -> bool {
        self.token_type == TokenType::SessionToken
    }
}

/// RFC 9068 §2.1. Clerk compares with case.
pub(crate) fn is_access_token_type(typ: &str) -> bool {
    matches!(typ, "at+jwt" | "application/at+jwt")
}

/// The three parts of a JWT, and the first two as one. `None` where there are more or fewer, or
/// one is empty.
fn parts(text: &[u8]) -> Option<[&[u8]; 4]> {
    let mut dots = memchr_iter(b'.', text);
    let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
        return None;
    };
    let (signed, signature) = (text.get(..second)?, text.get(second + 1..)?);
    let (header, payload) = (text.get(..first)?, text.get(first + 1..second)?);
    let is_full = !(header.is_empty() || payload.is_empty() || signature.is_empty());
    is_full.then_some([header, payload, signature, signed])
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn classify(text: &str) -> Result<TokenType, Malformed> {
        let decoded = Decoded::from_text(text.as_bytes())?;
        Token::classify(&decoded).map(|token| token.presented().token_type)
    }

    fn jwt(header: &str, payload: &str) -> String {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        format!("{}.{}.c2ln", part(header), part(payload))
    }

    #[test]
    fn the_class_follows_prefix_then_subject_then_type() {
        use TokenType::{ApiKey, M2mToken, OAuthToken, SessionToken};
        let table = [
            ("mt_0a/+=_-".to_owned(), Ok(M2mToken)),
            ("oat_x".to_owned(), Ok(OAuthToken)),
            ("ak_x".to_owned(), Ok(ApiKey)),
            (jwt("{}", r#"{"sub":"user_1"}"#), Ok(SessionToken)),
            (jwt("{}", "{}"), Ok(SessionToken)),
            (jwt("{}", r#"{"sub":7}"#), Ok(SessionToken)),
            (jwt("{}", r#"{"sub":"mch_1"}"#), Ok(M2mToken)),
            (jwt("{}", r#"{"sub":"\u006dch_1"}"#), Ok(M2mToken)),
            (jwt(r#"{"typ":"at+jwt"}"#, r#"{"sub":"mch_1"}"#), Ok(M2mToken)),
            (jwt(r#"{"typ":"at+jwt"}"#, "{}"), Ok(OAuthToken)),
            (jwt(r#"{"typ":"application/at+jwt"}"#, "{}"), Ok(OAuthToken)),
            (jwt(r#"{"typ":"AT+JWT"}"#, "{}"), Ok(SessionToken)),
            (jwt(r#"{"typ":null}"#, "{}"), Ok(SessionToken)),
        ];
        for (text, expected) in table {
            assert_eq!(classify(&text), expected, "{text}");
        }
    }

    #[test]
    fn malformed_token_is_rejected_without_a_call_to_clerk() {
        let good = jwt("{}", "{}");
        let parts: Vec<&str> = good.split('.').collect();
        let table = [
            (String::new(), Malformed::Parts),
            ("Bearer".to_owned(), Malformed::Parts),
            ("null".to_owned(), Malformed::Word("null")),
            ("NULL".to_owned(), Malformed::Parts),
            ("undefined".to_owned(), Malformed::Word("undefined")),
            ("[object Promise]".to_owned(), Malformed::Word("[object Promise]")),
            ("None".to_owned(), Malformed::Word("None")),
            ("nil".to_owned(), Malformed::Word("nil")),
            ("nullx".to_owned(), Malformed::Parts),
            ("mt_".to_owned(), Malformed::OpaqueLength),
            (format!("ak_{}", "a".repeat(1022)), Malformed::OpaqueLength),
            ("mt_a.b.c".to_owned(), Malformed::OpaqueAlphabet),
            ("oat_\u{e9}".to_owned(), Malformed::OpaqueAlphabet),
            ("ak_\"x\"".to_owned(), Malformed::OpaqueAlphabet),
            ("AK_x".to_owned(), Malformed::Parts),
            ("a.b".to_owned(), Malformed::Parts),
            ("a.b.c.d".to_owned(), Malformed::Parts),
            ("a.b.c.d.e".to_owned(), Malformed::Parts),
            (".e30.c2ln".to_owned(), Malformed::Parts),
            ("e30..c2ln".to_owned(), Malformed::Parts),
            ("e30.e30.".to_owned(), Malformed::Parts),
            ("..".to_owned(), Malformed::Parts),
            (format!("{good}="), Malformed::Base64),
            (format!("{}=.{}.{}", parts[0], parts[1], parts[2]), Malformed::Base64),
            (format!("{}.{}==.{}", parts[0], parts[1], parts[2]), Malformed::Base64),
            ("e30.e31.c2ln".to_owned(), Malformed::Base64),
            ("e+0.e30.c2ln".to_owned(), Malformed::Base64),
            ("e30.e30.c2l\n".to_owned(), Malformed::Base64),
            (jwt("null", "{}"), Malformed::Json),
            (jwt("{}", "null"), Malformed::Json),
            (jwt("[]", "{}"), Malformed::Json),
            (jwt(r#"{"typ":"JWT","typ":"at+jwt"}"#, "{}"), Malformed::Json),
            (jwt("{}", r#"{"sub":"user_1","s\u0075b":"mch_1"}"#), Malformed::Json),
            ("a".repeat(LONGEST_TOKEN + 1), Malformed::TooLong),
        ];
        for (text, expected) in table {
            assert_eq!(classify(&text), Err(expected), "{text}");
        }
    }
}
