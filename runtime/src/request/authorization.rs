//! Request headers in, the presented credential out.
//!
//! Nothing is said here of what the credential is worth: only where it stood and which bytes it has.

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use memchr::memchr;

use super::subprotocol::SubprotocolError;
use crate::token::word_in_place_of_token;

/// What the `Authorization` field presents.
#[derive(Clone, Copy)]
pub(crate) enum Credential<'r> {
    /// No field, an empty one, or one of a scheme that is not `Bearer`.
    None,
    Bearer {
        /// Visible ASCII.
        token: &'r [u8],
        /// The whole field, to recognise the same credential later in the same request.
        field: &'r HeaderValue,
    },
}

/// The `Authorization` field cannot be read (RFC 6750 §3.1, `invalid_request`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("the request has more than one Authorization field")]
    TwoFields,
    #[error("the Authorization field has a character that is not visible ASCII or a space")]
    NotAscii,
    #[error("the Authorization field has no scheme; write `Bearer` before the token")]
    NoScheme,
    #[error(
        "the scheme of the Authorization field has a character that schemes do not have; write \
         `Bearer` and a space before the token"
    )]
    Scheme,
    #[error("the Authorization field has the scheme Bearer and no token")]
    NoToken,
    #[error("the Authorization field has something after the token")]
    AfterToken,
    #[error("the token is the word `{0}`: the variable that the client sends holds no token")]
    Word(&'static str),
    #[error("the Authorization field has a Bearer token after a credential of another scheme")]
    TwoSchemes,
    #[error(transparent)]
    Subprotocol(#[from] SubprotocolError),
}

impl<'r> Credential<'r> {
    /// Reads the one `Authorization` field.
    ///
    /// The scheme is compared without case and may be followed by several spaces (RFC 9110
    /// §11.1, §11.4). A field that could be read in two ways is rejected.
    pub(crate) fn read(headers: &'r HeaderMap) -> Result<Self, HeaderError> {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let Some(field) = fields.next() else {
            return Ok(Self::None);
        };
        if fields.next().is_some() {
            return Err(HeaderError::TwoFields);
        }
        let value = field.as_bytes().trim_ascii();
        if value.is_empty() {
            return Ok(Self::None);
        }
        let scheme_end = memchr(b' ', value).unwrap_or(value.len());
        let (scheme, rest) = value.split_at_checked(scheme_end).unwrap_or_default();
        let is_bearer = scheme.eq_ignore_ascii_case(b"Bearer");
        let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
        let token = rest.get(spaces..).unwrap_or_default();
        if is_bearer && is_visible_ascii(token) {
            return Ok(Self::Bearer { token, field });
        }
        // The tab is the one control character that a field value can hold (RFC 9110 §5.5).
        let is_text = value.iter().all(|byte| *byte == b' ' || byte.is_ascii_graphic());
        match (is_text, is_bearer) {
            (false, _) => Err(HeaderError::NotAscii),
            (true, true) if rest.is_empty() => Err(HeaderError::NoToken),
            (true, true) => {
                Err(word_in_place_of_token(token)
                    .map_or(HeaderError::AfterToken, HeaderError::Word))
            }
            (true, false) if rest.is_empty() => Err(HeaderError::NoScheme),
            (true, false) if !is_token(scheme) => Err(HeaderError::Scheme),
            (true, false) if names_bearer(rest) => Err(HeaderError::TwoSchemes),
            (true, false) => Ok(Self::None),
        }
    }
}

/// Whether the word `Bearer` stands in what follows another scheme: a proxy may have joined a second
/// field (RFC 9110 §5.3), and another reader could take its token. No credential needs that word:
/// base64 has no spaces, and a parameter is followed by `=`.
fn names_bearer(credential: &[u8]) -> bool {
    let mut words = credential.split(|byte| matches!(byte, b' ' | b',' | b';'));
    words.any(|word| word.eq_ignore_ascii_case(b"Bearer"))
}

/// A scheme is a token (RFC 9110 §5.6.2, §11.1). One with a comma is a field without parameters, to
/// which a proxy joined another.
pub(super) fn is_token(scheme: &[u8]) -> bool {
    let is_of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    scheme.iter().all(is_of_token)
}

/// Whether there is something, and no byte of it is a space, a control or not ASCII. A good token is
/// read to its end, so nothing stops on the way: then many bytes are looked at together.
fn is_visible_ascii(token: &[u8]) -> bool {
    !token.is_empty() && token.iter().fold(true, |all, byte| all & byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (&'static [&'static [u8]], Result<Option<String>, HeaderError>);

    fn read(values: &[&[u8]]) -> Result<Option<String>, HeaderError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        Ok(match Credential::read(&headers)? {
            Credential::None => None,
            Credential::Bearer { token, .. } => Some(String::from_utf8(token.to_vec()).unwrap()),
        })
    }

    #[test]
    fn the_authorization_field_is_read_in_one_way_or_rejected() {
        let bearer = |token: &str| Ok(Some(token.to_owned()));
        let table: &[Row] = &[
            (&[], Ok(None)),
            (&[b""], Ok(None)),
            (&[b"   "], Ok(None)),
            (&[b"Bearer T"], bearer("T")),
            (&[b"bearer T"], bearer("T")),
            (&[b"BEARER T"], bearer("T")),
            (&[b"Bearer   T"], bearer("T")),
            (&[b" Bearer T "], bearer("T")),
            (&[b"Basic dXNlcjpwYXNz"], Ok(None)),
            (&[b"DPoP T"], Ok(None)),
            (&[b"Digest a=\"b\", c=\"d\""], Ok(None)),
            (&[b"Digest a=\"b\", bearer=\"d\", bearerx e"], Ok(None)),
            (&[b"Basic x, Bearer T"], Err(HeaderError::TwoSchemes)),
            (&[b"Basic x,Bearer T"], Err(HeaderError::TwoSchemes)),
            (&[b"Basic x ,  bearer  T, Basic y"], Err(HeaderError::TwoSchemes)),
            (&[b"Digest a=\"b\", c=\"d\", BEARER T"], Err(HeaderError::TwoSchemes)),
            (&[b"Basic x, Bearer"], Err(HeaderError::TwoSchemes)),
            (&[b"Basic x Bearer T"], Err(HeaderError::TwoSchemes)),
            (&[b"Basic x; Bearer T"], Err(HeaderError::TwoSchemes)),
            (&[b"Token bearer T"], Err(HeaderError::TwoSchemes)),
            (&[b"Basic, Bearer T"], Err(HeaderError::Scheme)),
            (&[b"Negotiate,bearer T"], Err(HeaderError::Scheme)),
            (&[b", Bearer T"], Err(HeaderError::Scheme)),
            (&[b",Bearer T"], Err(HeaderError::Scheme)),
            (&[b"Bearer,Bearer T"], Err(HeaderError::Scheme)),
            (&[b"Bearer, T"], Err(HeaderError::Scheme)),
            (&[b"Bearer: T"], Err(HeaderError::Scheme)),
            (&[b"\"Bearer T\""], Err(HeaderError::Scheme)),
            (&[b"Authorization: Bearer T"], Err(HeaderError::Scheme)),
            (&[b"AWS4-HMAC-SHA256 a=b, c=d"], Ok(None)),
            (&[b"Bearerx T"], Ok(None)),
            (&[b"Bearer"], Err(HeaderError::NoToken)),
            (&[b"bearer  "], Err(HeaderError::NoToken)),
            (&[b"T"], Err(HeaderError::NoScheme)),
            (&[b"Bearer\tT"], Err(HeaderError::NotAscii)),
            (&[b"Bearer \tT"], Err(HeaderError::NotAscii)),
            (&[b"Bearer T\tU"], Err(HeaderError::NotAscii)),
            (&[b"Bearer T U"], Err(HeaderError::AfterToken)),
            (&[b"Bearer A, Bearer B"], Err(HeaderError::AfterToken)),
            (&[b"Bearer [object Object]"], Err(HeaderError::Word("[object Object]"))),
            (&[b"Bearer null null"], Err(HeaderError::AfterToken)),
            (&[b"Bearer null"], bearer("null")),
            (&[b"Bearer t\xC3\xB6ken"], Err(HeaderError::NotAscii)),
            (&[b"Basic p\xC3\xA4ss"], Err(HeaderError::NotAscii)),
            (&[b"Bearer A", b"Bearer A"], Err(HeaderError::TwoFields)),
            (&[b"Basic A", b"Bearer B"], Err(HeaderError::TwoFields)),
        ];
        for (values, expected) in table {
            assert_eq!(&read(values), expected, "{values:?}");
        }
    }
}
