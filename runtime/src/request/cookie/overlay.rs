//! Cookies that were set meanwhile, laid over those that the browser sent.

use http::{HeaderMap, HeaderValue, header::COOKIE};

/// The `Cookie` field that the browser would send once it had stored `cookies`, each a name and a
/// value; without a value, the cookie is deleted.
pub(crate) fn overlay(
    headers: &HeaderMap,
    cookies: &[(&str, Option<&str>)],
) -> Option<HeaderValue> {
    let is_kept = |cookie: &&[u8]| {
        let name = cookie.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
        !cookie.is_empty() && !cookies.iter().any(|(replaced, _)| replaced.as_bytes() == name)
    };
    let fields = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let sent = fields.flat_map(|field| field.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
    let stored = cookies.iter().filter_map(|(name, value)| Some(format!("{name}={}", (*value)?)));
    let kept = sent.filter(is_kept).map(<[u8]>::to_vec);
    let all: Vec<Vec<u8>> = kept.chain(stored.map(String::into_bytes)).collect();
    let mut field = HeaderValue::from_bytes(&all.join(&b"; "[..])).ok()?;
    field.set_sensitive(true);
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_cookie_replaces_each_of_its_name_and_leaves_others() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=1; __session = old;b=2;;"));
        headers.append(COOKIE, HeaderValue::from_static("__session=older; __session_x=3; c"));
        let set = [("__session", Some("new")), ("__session_x", None), ("d", Some("4"))];
        let field = overlay(&headers, &set).unwrap();
        assert_eq!(field, "a=1; b=2; c; __session=new; d=4");
        assert!(field.is_sensitive());
        assert_eq!(overlay(&HeaderMap::new(), &set).unwrap(), "__session=new; d=4");
    }
}
