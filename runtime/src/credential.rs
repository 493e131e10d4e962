//! Request headers in, the presented credential out.
//!
//! Nothing is said here of what the credential is worth: only where it stood and which bytes it has.

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use memchr::memchr;

/// What the `Authorization` field presents.
#[derive(Clone, Copy)]
pub(crate) enum Credential<'r> {
    /// No field, an empty one, or one of a scheme that is not `Bearer`.
    None,
    Bearer {
        token: &'r str,
        /// The whole field, to recognise the same credential later in the same request.
        field: &'r HeaderValue,
    },
}

/// The `Authorization` field cannot be read (RFC 6750 §3.1, `invalid_request`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the request has more than one Authorization field")]
    TwoFields,
    #[error("the Authorization field has a character that is not visible ASCII or a space")]
    NotAscii,
    #[error("the Authorization field has no scheme; write `Bearer` before the token")]
    NoScheme,
    #[error("the Authorization field has the scheme Bearer and no token")]
    NoToken,
    #[error("the Authorization field has something after the token")]
    AfterToken,
}

impl<'r> Credential<'r> {
    /// Reads the one `Authorization` field.
    ///
    /// The scheme is compared without case and may be followed by several spaces (RFC 9110
    /// §11.1, §11.4). Whatever could be read in two ways is refused.
    pub(crate) fn read(headers: &'r HeaderMap) -> Result<Self, Unreadable> {
        let mut fields = headers.get_all(AUTHORIZATION).iter();
        let Some(field) = fields.next() else {
            return Ok(Self::None);
        };
        if fields.next().is_some() {
            return Err(Unreadable::TwoFields);
        }
        let value = field.as_bytes().trim_ascii();
        if value.is_empty() {
            return Ok(Self::None);
        }
        let value = visible_ascii(value).ok_or(Unreadable::NotAscii)?;
        let Some((scheme, rest)) = value.split_once(' ') else {
            let bearer_alone = value.eq_ignore_ascii_case("Bearer");
            return Err(if bearer_alone { Unreadable::NoToken } else { Unreadable::NoScheme });
        };
        if !scheme.eq_ignore_ascii_case("Bearer") {
            return Ok(Self::None);
        }
        let token = rest.trim_start_matches(' ');
        if memchr(b' ', token.as_bytes()).is_some() {
            return Err(Unreadable::AfterToken);
        }
        Ok(Self::Bearer { token, field })
    }
}

/// The tab is the one control character that a field value can hold (RFC 9110 §5.5; `HeaderValue`
/// takes no other). These three look at many bytes at once: a good field is read to its end.
fn visible_ascii(value: &[u8]) -> Option<&str> {
    let text = str::from_utf8(value).ok()?;
    (text.is_ascii() && memchr(b'\t', value).is_none()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Row = (&'static [&'static [u8]], Result<Option<String>, Unreadable>);

    fn read(values: &[&[u8]]) -> Result<Option<String>, Unreadable> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        Ok(match Credential::read(&headers)? {
            Credential::None => None,
            Credential::Bearer { token, .. } => Some(token.to_owned()),
        })
    }

    #[test]
    fn the_authorization_field_is_read_in_one_way_or_refused() {
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
            (&[b"Bearerx T"], Ok(None)),
            (&[b"Bearer"], Err(Unreadable::NoToken)),
            (&[b"bearer  "], Err(Unreadable::NoToken)),
            (&[b"T"], Err(Unreadable::NoScheme)),
            (&[b"Bearer\tT"], Err(Unreadable::NotAscii)),
            (&[b"Bearer T\tU"], Err(Unreadable::NotAscii)),
            (&[b"Bearer T U"], Err(Unreadable::AfterToken)),
            (&[b"Bearer A, Bearer B"], Err(Unreadable::AfterToken)),
            (&[b"Bearer t\xC3\xB6ken"], Err(Unreadable::NotAscii)),
            (&[b"Basic p\xC3\xA4ss"], Err(Unreadable::NotAscii)),
            (&[b"Bearer A", b"Bearer A"], Err(Unreadable::TwoFields)),
            (&[b"Basic A", b"Bearer B"], Err(Unreadable::TwoFields)),
        ];
        for (values, expected) in table {
            assert_eq!(&read(values), expected, "{values:?}");
        }
    }
}
