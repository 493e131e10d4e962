//! Rejections as gRPC statuses.
//!
//! | rejection | code |
//! |---|---|
//! | 400 | 3 `INVALID_ARGUMENT` |
//! | 401 | 16 `UNAUTHENTICATED` |
//! | 403 | 7 `PERMISSION_DENIED` |
//! | 500 | 13 `INTERNAL` |
//! | 503 | 14 `UNAVAILABLE` |

use axum_core::{body::Body, response::Response};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE};

use crate::response::{kind::RejectionKind, rejection::Rejection};

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// The `domain` of `google.rpc.ErrorInfo`: who defines its reasons.
const DOMAIN: &str = "clerk-auth";

/// Returns the content type of the response to a gRPC request: that of the request, without its
/// message format. `None` if the request is not gRPC.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<HeaderValue> {
    let sent = headers.get(CONTENT_TYPE)?.as_bytes();
    // The longest first: each begins with the next.
    ["application/grpc-web-text", "application/grpc-web", "application/grpc"].into_iter().find_map(
        |name| {
            let (start, rest) = sent.split_at_checked(name.len())?;
            let is_whole = matches!(rest.first(), None | Some(b'+' | b';' | b' '));
            (start.eq_ignore_ascii_case(name.as_bytes()) && is_whole)
                .then(|| HeaderValue::from_static(name))
        },
    )
}

/// A response without messages: its fields hold the status ("Trailers-Only" in gRPC over HTTP/2).
pub(crate) fn trailers_only(rejection: Rejection, content_type: HeaderValue) -> Response {
    let trailers = trailers(rejection.kind(), rejection.scopes());
    let mut response = response(content_type, trailers);
    let (head, ()) = rejection.into_head().into_parts();
    response.headers_mut().extend(head.headers);
    response
}

/// A response of a status alone.
pub(crate) fn response(content_type: HeaderValue, trailers: HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = trailers;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// The HTTP response without its body. A gRPC client maps the status, and would read a body as
/// messages.
pub(crate) fn empty(rejection: Rejection) -> Response {
    rejection.into_head().map(|()| Body::empty())
}

/// The fields that end a response.
pub(crate) fn trailers(kind: RejectionKind, scopes: &[&str]) -> HeaderMap {
    let code = code(kind);
    let mut trailers = HeaderMap::with_capacity(3);
    trailers.insert(STATUS, HeaderValue::from(code));
    trailers.insert(MESSAGE, HeaderValue::from_static(kind.title()));
    let details = STANDARD_NO_PAD.encode(details(code, kind, scopes));
    if let Ok(details) = HeaderValue::try_from(details) {
        trailers.insert(DETAILS, details);
    }
    trailers
}

fn code(kind: RejectionKind) -> u16 {
    match kind.status() {
        StatusCode::BAD_REQUEST => 3,
        StatusCode::FORBIDDEN => 7,
        StatusCode::SERVICE_UNAVAILABLE => 14,
        StatusCode::UNAUTHORIZED => 16,
        _ => 13,
    }
}

/// A `google.rpc.Status` with a `google.rpc.ErrorInfo`, in the protobuf encoding. The reason is the
/// kind that every caller may know, and the metadata names missing scopes.
fn details(code: u16, kind: RejectionKind, scopes: &[&str]) -> Vec<u8> {
    let reason = kind.as_str().replace('-', "_").to_ascii_uppercase();
    let mut info = [field(1, reason.as_bytes()), field(2, DOMAIN.as_bytes())].concat();
    if !scopes.is_empty() {
        let entry = [field(1, b"scopes"), field(2, scopes.join(" ").as_bytes())].concat();
        info.extend(field(3, &entry));
    }
    let any = [field(1, b"type.googleapis.com/google.rpc.ErrorInfo"), field(2, &info)].concat();
    let code = [vec![1 << 3], varint(code.into())].concat();
    [code, field(2, kind.title().as_bytes()), field(3, &any)].concat()
}

/// A field of bytes, text or a message: its tag, length and content.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2], &*varint(content.len()), content].concat()
}

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low & 0x7f);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [RejectionKind; 8] = [
        RejectionKind::MissingCredential,
        RejectionKind::UnreadableCredential,
        RejectionKind::InvalidToken,
        RejectionKind::InsufficientScope,
        RejectionKind::Forbidden,
        RejectionKind::ReverificationNeeded,
        RejectionKind::ClerkUnavailable,
        RejectionKind::Misconfigured,
    ];

    #[test]
    fn each_kind_has_the_code_of_its_status() {
        assert_eq!(KINDS.map(code), [16, 3, 16, 7, 7, 7, 14, 13]);
    }

    /// `grpc-message` is percent-encoded outside of these characters.
    #[test]
    fn titles_need_no_encoding() {
        let plain = |title: &str| title.bytes().all(|it| matches!(it, b' '..=b'~') && it != b'%');
        assert!(KINDS.iter().all(|kind| plain(kind.title())));
    }

    #[test]
    fn request_is_grpc_by_its_content_type() {
        let table = [
            ("application/grpc", Some("application/grpc")),
            ("application/grpc+proto", Some("application/grpc")),
            ("Application/gRPC; charset=utf-8", Some("application/grpc")),
            ("application/grpc-web+proto", Some("application/grpc-web")),
            ("application/grpc-web-text", Some("application/grpc-web-text")),
            ("application/grpcx", None),
            ("application/grp", None),
            ("application/json", None),
            ("", None),
        ];
        for (sent, expected) in table {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(sent))]);
            let answered = content_type(&headers);
            assert_eq!(answered.as_ref().map(|it| it.to_str().unwrap()), expected, "{sent}");
        }
        assert_eq!(content_type(&HeaderMap::new()), None);
    }

    #[test]
    fn varint_is_that_of_protobuf() {
        for (number, bytes) in [(0, &[0][..]), (127, &[127]), (128, &[128, 1]), (300, &[172, 2])] {
            assert_eq!(varint(number), bytes, "{number}");
        }
    }
}
