//! Reads header fields that must be unambiguous.

use http::{HeaderMap, HeaderName};

pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
pub(crate) const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The value of a field that is sent once. A field that is sent twice, or is not text, has a value
/// that equals no other: proxies and we could read another one of them.
pub(crate) fn single_field(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut fields = headers.get_all(name).iter();
    match (fields.next(), fields.next()) {
        (None, _) => None,
        (Some(field), None) => Some(field.to_str().unwrap_or("?")),
        (Some(_), Some(_)) => Some("?"),
    }
}
