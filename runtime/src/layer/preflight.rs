//! Which requests pass a [`ClerkLayer`](super::ClerkLayer) without a token, and what is left of
//! them.
//!
//! Anyone can send a preflight, so it must reach the inner service as nothing more than that: one
//! message without a body, on a connection that stays HTTP.

use axum_core::{body::Body, extract::Request};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, CONTENT_LENGTH, ORIGIN, TE},
};

use crate::request::sensitive::{mark_sensitive, reads_as};

/// Fields that no browser sends with a preflight and that give it another meaning: a body, another
/// protocol, a caller, another method, a call of MCP.
const GUARDED: [&str; 15] = [
    "transfer-encoding",
    "upgrade",
    "http2-settings",
    "expect",
    "trailer",
    "authorization",
    "cookie",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "mcp-method",
    "mcp-name",
    "mcp-session-id",
    // As they are, these two are read below. These entries are for another spelling of them.
    "content-length",
    "connection",
];

/// Fields about this connection (RFC 9110 §7.6.1), and the length of the body that is removed.
const DROPPED: [HeaderName; 5] = [
    CONTENT_LENGTH,
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    TE,
];

/// Whether a request is a CORS preflight and nothing else: `OPTIONS` with `Origin` and
/// `Access-Control-Request-Method` (Fetch standard, "CORS-preflight request"), and none of the
/// fields that a preflight has no use for.
pub(crate) fn is_preflight(request: &Request) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        && headers.keys().all(|name| is_harmless(name, headers))
}

fn is_harmless(name: &HeaderName, headers: &HeaderMap) -> bool {
    match name {
        &CONTENT_LENGTH => headers.get_all(name).iter().eq(["0"]),
        &CONNECTION => headers.get_all(name).iter().all(is_persistence),
        name => !GUARDED.iter().any(|guarded| reads_as(name, guarded)),
    }
}

/// Whether a `Connection` field says only whether the connection persists (RFC 9112 §9.3).
fn is_persistence(value: &HeaderValue) -> bool {
    value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii).all(|option| {
        option.is_empty()
            || option.eq_ignore_ascii_case(b"keep-alive")
            || option.eq_ignore_ascii_case(b"close")
    })
}

/// The preflight that the inner service gets: without a body, and without the fields that describe
/// one. A length that stays beside an emptied body makes a proxy send a head whose body is the next
/// request.
pub(crate) fn bare(request: Request) -> Request {
    let mut preflight = request.map(|_| Body::empty());
    let headers = preflight.headers_mut();
    for name in &DROPPED {
        headers.remove(name);
    }
    mark_sensitive(headers);
    preflight
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFLIGHT: [(&str, &str); 2] =
        [("origin", "https://app.example.com"), ("access-control-request-method", "POST")];

    fn request(method: Method, fields: &[(&str, &str)]) -> Request {
        let request = http::Request::builder().method(method);
        let request = fields.iter().fold(request, |it, (name, value)| it.header(*name, *value));
        request.body(Body::from("a body")).unwrap()
    }

    fn with(more: &[(&str, &str)]) -> Request {
        request(Method::OPTIONS, &[&PREFLIGHT, more].concat())
    }

    #[test]
    fn preflight_keeps_no_body_and_no_field_about_one() {
        let table: &[&[(&str, &str)]] = &[
            &[],
            &[("content-length", "0")],
            &[("connection", "keep-alive")],
            &[("connection", "Close")],
            &[("connection", " keep-alive ,,close"), ("connection", "")],
            &[("keep-alive", "timeout=5"), ("proxy-connection", "keep-alive"), ("te", "trailers")],
        ];
        for fields in table {
            let preflight = with(fields);
            assert!(is_preflight(&preflight), "{fields:?}");
            let preflight = bare(preflight);
            assert!(http_body::Body::is_end_stream(preflight.body()), "{fields:?}");
            let names: Vec<_> = preflight.headers().keys().map(HeaderName::as_str).collect();
            assert_eq!(names, PREFLIGHT.map(|(name, _)| name), "{fields:?}");
        }
        let other = [("access-control-request-headers", "authorization"), ("x-any", "1")];
        assert_eq!(bare(with(&other)).headers().len(), 4, "every other field stays");
    }

    #[test]
    fn request_that_is_more_than_a_preflight_is_guarded() {
        let table: &[&[(&str, &str)]] = &[
            &[("content-length", "81")],
            &[("content-length", "00")],
            &[("content-length", "+0")],
            &[("content-length", "-0")],
            &[("content-length", "0, 0")],
            &[("content-length", "0x0")],
            &[("content-length", "")],
            &[("content-length", "0"), ("content-length", "0")],
            &[("content-length", "0"), ("content-length", "81")],
            &[("Content_Length", "0")],
            &[("transfer-encoding", "chunked")],
            &[("transfer-encoding", "identity")],
            &[("transfer-encoding", "")],
            &[("Transfer_Encoding", "chunked")],
            &[("upgrade", "h2c")],
            &[("upgrade", "")],
            &[("connection", "upgrade")],
            &[("connection", "keep-alive, Upgrade")],
            &[("connection", "close"), ("connection", "http2-settings")],
            &[("connection", "content-length")],
            &[("connection", "close keep-alive")],
            &[("connection", "keep-alive;x")],
            &[("http2-settings", "AAMAAABkAAQAAP__")],
            &[("expect", "100-continue")],
            &[("trailer", "x")],
            &[("authorization", "")],
            &[("authorization", "Basic x")],
            &[("cookie", "a=b")],
            &[("x-http-method-override", "DELETE")],
            &[("X_HTTP_Method_Override", "DELETE")],
            &[("x-http-method", "DELETE")],
            &[("x-method-override", "DELETE")],
            &[("mcp-method", "tools/call")],
            &[("Mcp_Name", "add")],
        ];
        for fields in table {
            assert!(!is_preflight(&with(fields)), "{fields:?}");
        }
        assert!(!is_preflight(&request(Method::OPTIONS, &PREFLIGHT[..1])));
        assert!(!is_preflight(&request(Method::OPTIONS, &PREFLIGHT[1..])));
        for method in [Method::GET, Method::CONNECT, Method::POST] {
            assert!(!is_preflight(&request(method, &PREFLIGHT)));
        }
        // A method is compared as it is (RFC 9110 §9.1).
        assert!(!is_preflight(&request("options".parse().unwrap(), &PREFLIGHT)));
    }
}
