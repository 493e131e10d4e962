//! What caches between the browser and the site must know of a page.

use axum_core::response::Response;
use http::{
    HeaderName, HeaderValue,
    header::{CACHE_CONTROL, SET_COOKIE, VARY},
};

use crate::renewal::Additions;

/// A page that asked no guard, and for which nothing was set, is left as it is.
pub(super) fn complete(response: &mut Response, additions: Additions) {
    let headers = response.headers_mut();
    if additions.is_consulted && !varies_by_cookie(headers) {
        headers.append(VARY, HeaderValue::from_static("Cookie"));
    }
    if !additions.set_cookies.is_empty() {
        let others: Vec<_> =
            headers.keys().filter(|name| is_for_one_cache(name)).cloned().collect();
        for name in others {
            headers.remove(name);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    } else if additions.is_consulted && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    for field in additions.set_cookies {
        headers.append(SET_COOKIE, field);
    }
}

/// A field for one kind of cache, which goes before `Cache-Control` (RFC 9213 §2.2).
fn is_for_one_cache(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.ends_with("-cache-control") || ["surrogate-control", "x-accel-expires"].contains(&name)
}

fn varies_by_cookie(headers: &http::HeaderMap) -> bool {
    let fields = headers.get_all(VARY).iter().filter_map(|field| field.to_str().ok());
    let mut names = fields.flat_map(|field| field.split(',')).map(str::trim);
    names.any(|name| name == "*" || name.eq_ignore_ascii_case("cookie"))
}
