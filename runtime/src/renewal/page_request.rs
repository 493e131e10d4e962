//! What the head of a request says about the page that it is for.

use http::{
    HeaderMap, HeaderName, Method, Uri,
    header::{ACCEPT, AUTHORIZATION, ORIGIN, UPGRADE},
    request::Parts,
};

use super::{loop_counter, origins::Origins, public_url::PublicUrl};
use crate::request::field::{SEC_FETCH_DEST, SEC_FETCH_SITE, single_field};

/// A request, as far as renewing its session depends on it.
#[derive(Clone, Debug)]
pub(crate) struct PageRequest {
    pub(crate) url: PublicUrl,
    pub(crate) kind: RequestKind,
    /// How many redirects led here; `None` once there were too many.
    pub(crate) redirects: Option<u8>,
}

/// Who asked for the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// The browser opens a page, and follows redirects of it. Any site can start one.
    Navigation,
    /// A page of the same origin sent it: a form, a script, an image.
    SameOrigin,
    /// Nothing is renewed.
    Other,
}

impl PageRequest {
    /// `None` if the origin is not ours.
    pub(crate) fn read(parts: &Parts, target: &Uri, origins: &Origins) -> Option<Self> {
        let url = PublicUrl::new(origins.of(parts)?, target)?;
        let kind = RequestKind::of(parts, &url.origin);
        Some(Self { url, kind, redirects: loop_counter::read(&parts.headers) })
    }

    pub(crate) fn is_navigation(&self) -> bool {
        self.kind == RequestKind::Navigation
    }

    /// Whether an expired session may be refreshed.
    pub(crate) fn may_refresh(&self) -> bool {
        self.kind != RequestKind::Other
    }

    /// Whether the browser may be sent elsewhere.
    pub(crate) fn may_redirect(&self) -> bool {
        self.is_navigation() && self.redirects.is_some()
    }
}

impl RequestKind {
    fn of(parts: &Parts, own_origin: &str) -> Self {
        let headers = &parts.headers;
        if headers.contains_key(AUTHORIZATION) {
            return Self::Other;
        }
        let site = single_field(headers, SEC_FETCH_SITE);
        let is_page = match single_field(headers, SEC_FETCH_DEST) {
            Some("document") => true,
            // In a frame of another site, the user does not see where a redirect leads.
            Some("iframe") => site == Some("same-origin"),
            Some(_) => false,
            None => single_field(headers, ACCEPT).is_some_and(|it| it.starts_with("text/html")),
        };
        let is_get = parts.method == Method::GET && !headers.contains_key(UPGRADE);
        if is_get && is_page && !is_prefetch(headers) {
            return Self::Navigation;
        }
        let is_same_origin = match site {
            Some(site) => site == "same-origin",
            None => single_field(headers, ORIGIN) == Some(own_origin),
        };
        if is_same_origin { Self::SameOrigin } else { Self::Other }
    }
}

/// A page that is fetched before the user asks for it must not use up a handshake.
fn is_prefetch(headers: &HeaderMap) -> bool {
    let names = ["sec-purpose", "purpose", "x-moz"].map(HeaderName::from_static);
    let purposes = names.iter().flat_map(|name| headers.get_all(name));
    let is_it = |purpose: &[u8]| purpose.windows(8).any(|it| it.eq_ignore_ascii_case(b"prefetch"));
    purposes.map(http::HeaderValue::as_bytes).any(is_it)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    const OWN: &str = "https://app.example.com";

    #[test]
    fn kind_follows_from_method_and_fields() {
        use RequestKind::{Navigation, Other, SameOrigin};
        const DEST: &str = "sec-fetch-dest";
        const SITE: &str = "sec-fetch-site";
        for (method, fields, expected) in [
            ("GET", &[(DEST, "document")][..], Navigation),
            ("GET", &[(DEST, "document"), (SITE, "cross-site")], Navigation),
            ("GET", &[("accept", "text/html,*/*")], Navigation),
            ("GET", &[(DEST, "iframe"), (SITE, "same-origin")], Navigation),
            ("GET", &[(DEST, "iframe"), (SITE, "same-site")], Other),
            ("GET", &[(DEST, "iframe"), (SITE, "cross-site")], Other),
            ("GET", &[(DEST, "iframe")], Other),
            ("GET", &[(DEST, "frame"), (SITE, "cross-site")], Other),
            ("GET", &[(DEST, "empty"), ("accept", "text/html")], Other),
            ("GET", &[(DEST, "document"), (DEST, "document")], Other),
            ("GET", &[("accept", "*/*, text/html")], Other),
            ("GET", &[], Other),
            ("HEAD", &[(DEST, "document")], Other),
            ("POST", &[(DEST, "document")], Other),
            ("GET", &[(DEST, "document"), ("sec-purpose", "prefetch")], Other),
            ("GET", &[(DEST, "document"), ("sec-purpose", "Prefetch;prerender")], Other),
            ("GET", &[(DEST, "document"), ("purpose", "prefetch")], Other),
            (
                "GET",
                &[(DEST, "document"), (SITE, "same-origin"), ("purpose", "prefetch")],
                SameOrigin,
            ),
            ("GET", &[(DEST, "document"), ("upgrade", "websocket")], Other),
            ("GET", &[(DEST, "document"), ("authorization", "Basic x")], Other),
            ("POST", &[(SITE, "same-origin")], SameOrigin),
            ("POST", &[(SITE, "same-origin"), ("authorization", "Bearer x")], Other),
            ("GET", &[(DEST, "empty"), (SITE, "same-origin")], SameOrigin),
            ("POST", &[(SITE, "same-origin"), ("origin", "https://evil.example")], SameOrigin),
            ("POST", &[(SITE, "same-site"), ("origin", OWN)], Other),
            ("POST", &[(SITE, "none"), ("origin", OWN)], Other),
            ("POST", &[(SITE, "Same-Origin")], Other),
            ("POST", &[(SITE, "same-origin"), (SITE, "same-origin")], Other),
            ("POST", &[("origin", OWN)], SameOrigin),
            ("DELETE", &[("origin", OWN)], SameOrigin),
            ("POST", &[("origin", "https://app.example.com:443")], Other),
            ("POST", &[("origin", "http://app.example.com")], Other),
            ("POST", &[("origin", "null")], Other),
            ("POST", &[], Other),
        ] {
            let mut request = Request::builder().method(method);
            for (name, value) in fields {
                request = request.header(*name, *value);
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            assert_eq!(RequestKind::of(&parts, OWN), expected, "{method} {fields:?}");
        }
    }
}
