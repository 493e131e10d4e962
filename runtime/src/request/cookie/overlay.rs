//! Cookies that were set meanwhile, laid over those that the browser sent.

use http::{HeaderMap, HeaderValue, header::COOKIE};

/// The `Cookie` field that the browser would send once it had stored `cookies`, each a name and a
/// value; without a value, the cookie is deleted.
pub(crate) fn overlay<'c>(
    headers: &HeaderMap,
    cookies: impl Iterator<Item = (&'c str, Option<&'c str>)> + Clone,
) -> Option<HeaderValue> {
    let name_of = |cookie: &[u8]| cookie.split(|byte| *byte == b'=').next().map(<[u8]>::to_vec);
    let is_replaced = |cookie: &&[u8]| {
        let name = name_of(cookie).unwrap_or_default();
        cookies.clone().any(|(replaced, _)| replaced.as_bytes() == name.trim_ascii())
    };
    let fields = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let sent = fields.flat_map(|field| field.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
    let mut all: Vec<Vec<u8>> = sent
        .filter(|cookie| !cookie.is_empty() && !is_replaced(cookie))
        .map(<[u8]>::to_vec)
        .collect();
    let set = cookies.clone().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    all.extend(set.map(String::into_bytes));
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
        let field = overlay(&headers, set.into_iter()).unwrap();
        assert_eq!(field, "a=1; b=2; c; __session=new; d=4");
        assert!(field.is_sensitive());
        assert_eq!(overlay(&HeaderMap::new(), set.into_iter()).unwrap(), "__session=new; d=4");
    }
}
