//! A request's body in, the one message in it out, and a head that describes exactly that message.

use std::{future::poll_fn, pin::Pin};

use axum::body::Bytes;
use axum_core::body::Body;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT, TRAILER, TRANSFER_ENCODING},
};
use http_body::Body as _;
use memchr::memmem;

use super::fault::MessageRejection;
use crate::request::sensitive::reads_as;

/// Whether the bytes of the body are the message itself. A server that undoes a coding, or reads
/// another charset, sees another message in the same bytes.
pub(crate) fn is_plain(headers: &HeaderMap) -> bool {
    headers.iter().all(|(name, value)| {
        let is = |known| reads_as(name, known);
        if is("content-encoding") {
            lists_only(value, b"identity")
        } else if is("transfer-encoding") {
            lists_only(value, b"chunked")
        } else {
            !is("content-type") || is_utf8(value)
        }
    })
}

/// Whether a body is JSON by its head, as MCP requires (MCP 2026-07-28, "Streamable HTTP"). A
/// reader of forms takes `&method=tools/call&` in a text of the message for a member, and some
/// servers read a body of any other type, or of none, as a form.
pub(crate) fn is_json(headers: &HeaderMap, has_body: bool) -> bool {
    let mut types = headers.iter().filter(|(name, _)| reads_as(name, "content-type"));
    types.all(|(_, value)| is_json_type(value)) && (!has_body || headers.contains_key(CONTENT_TYPE))
}

fn is_json_type(value: &HeaderValue) -> bool {
    let media_type = value.as_bytes();
    let essence = media_type.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json") && !media_type.contains(&b',')
}

fn lists_only(value: &HeaderValue, coding: &[u8]) -> bool {
    let mut codings = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    codings.all(|it| it.is_empty() || it.eq_ignore_ascii_case(coding))
}

/// Whether each `charset` of a media type is UTF-8, wherever it stands: readers differ about
/// quotes, repeated parameters and RFC 8187.
fn is_utf8(value: &HeaderValue) -> bool {
    let media_type = value.as_bytes().to_ascii_lowercase();
    memmem::find_iter(&media_type, "charset").all(|start| {
        let parameter = media_type.get(start..).unwrap_or_default();
        let end = parameter.iter().position(|byte| matches!(byte, b';' | b','));
        let parameter = end.and_then(|end| parameter.get(..end)).unwrap_or(parameter);
        matches!(
            parameter.trim_ascii_end(),
            b"charset=utf-8" | b"charset=utf8" | b"charset=\"utf-8\"" | b"charset=\"utf8\""
        )
    })
}

/// The whole body in one buffer. Chunks are copied: each one kept would cost more than a byte, and
/// could hold the read buffer that it is a part of.
pub(crate) async fn collect(mut body: Body, most_bytes: usize) -> Result<Bytes, MessageRejection> {
    // A declared length reserves no memory; one over the limit ends the reading.
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > most_bytes) {
        return Err(MessageRejection::TooLong);
    }
    let mut message = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        // Trailers are not part of the message.
        let Ok(chunk) = frame.map_err(|_| MessageRejection::Broken)?.into_data() else { continue };
        let room = most_bytes.saturating_sub(message.len());
        if chunk.len() > room {
            return Err(MessageRejection::TooLong);
        }
        if chunk.len() > message.capacity() - message.len() {
            // Twice the length, as `Vec` grows by itself, but never more than the limit.
            message.reserve_exact(message.len().max(chunk.len()).min(room));
        }
        message.extend_from_slice(&chunk);
    }
    Ok(message.into())
}

/// Makes the head describe a body of `length` bytes that is there. A proxy behind the layer frames
/// the message by these fields, so none may be left of the body that was read.
pub(crate) fn describe(headers: &mut HeaderMap, length: usize) {
    let had_body = [CONTENT_LENGTH, TRANSFER_ENCODING].iter().any(|it| headers.contains_key(it));
    // Also those that another reader takes for one of them.
    let of_body: Vec<_> = headers.keys().filter(|it| describes_body(it)).cloned().collect();
    for name in of_body {
        headers.remove(name);
    }
    if length > 0 || had_body {
        headers.insert(CONTENT_LENGTH, length.into());
    }
}

fn describes_body(name: &HeaderName) -> bool {
    let fields = [CONTENT_LENGTH, TRANSFER_ENCODING, TRAILER, EXPECT];
    fields.iter().any(|field| reads_as(name, field.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&str, &str)]) -> HeaderMap {
        let field = |(name, value): &(&str, &str)| {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        };
        let mut headers = HeaderMap::new();
        for (name, value) in fields.iter().map(field) {
            headers.append(name, value);
        }
        headers
    }

    /// Declares a length, and must not be read.
    struct Declared(u64);

    impl http_body::Body for Declared {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
            panic!("the body is read");
        }

        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact(self.0)
        }
    }

    #[tokio::test]
    async fn body_that_declares_too_much_is_not_read() {
        for length in [9, 1 << 20, u64::MAX] {
            let collected = collect(Body::new(Declared(length)), 8).await;
            assert_eq!(collected, Err(MessageRejection::TooLong), "{length}");
        }
        assert_eq!(collect(Body::from("12345678"), 8).await, Ok(Bytes::from("12345678")));
    }

    #[test]
    fn message_without_a_coding_and_in_utf_8_is_plain() {
        let table: &[&[(&str, &str)]] = &[
            &[],
            &[("content-encoding", "identity")],
            &[("content-encoding", "")],
            &[("content-encoding", "Identity, identity")],
            &[("transfer-encoding", "chunked")],
            &[("content-type", "application/json")],
            &[("content-type", "application/json; charset=utf-8")],
            &[("content-type", "application/json;Charset=\"UTF-8\" ; q=1")],
            &[("content-type", "text/plain; charset=utf8")],
            &[("accept-encoding", "gzip")],
            &[("accept-charset", "utf-16")],
        ];
        for fields in table {
            assert!(is_plain(&headers(fields)), "{fields:?}");
        }
    }

    #[test]
    fn message_in_a_coding_or_another_charset_is_not_plain() {
        let table: &[&[(&str, &str)]] = &[
            &[("content-encoding", "gzip")],
            &[("content-encoding", "identity, gzip")],
            &[("content-encoding", "identity"), ("content-encoding", "br")],
            &[("Content_Encoding", "gzip")],
            &[("content-encoding", "identity;q=1")],
            &[("transfer-encoding", "gzip, chunked")],
            &[("content-type", "application/json; charset=utf-16")],
            &[("content-type", "application/json;CHARSET=\"utf-16le\"")],
            &[("content-type", "application/json; charset = utf-16")],
            &[("content-type", "application/json; charset=utf-7, charset=utf-8")],
            &[("content-type", "application/json; charset=utf-8; charset=utf-16")],
            &[("content-type", "application/json; charset=utf-16; charset=utf-8")],
            &[("content-type", "application/json; x=\"; charset=utf-16\"")],
            &[("content-type", "application/json; charset*=utf-8''utf-16")],
            &[("content-type", "application/json; charset=\"utf\\-16\"")],
            &[("content-type", "application/json; charset=")],
            &[("content-type", "application/json; charset")],
            &[("content-type", "application/json; charset=utf-8x")],
            &[("content-type", "application/json; charset=us-ascii")],
            &[("content-type", "application/json"), ("content-type", "a/b; charset=utf-32")],
        ];
        for fields in table {
            assert!(!is_plain(&headers(fields)), "{fields:?}");
        }
    }

    #[test]
    fn message_is_json_by_its_media_type_alone() {
        let table: &[(&[(&str, &str)], bool)] = &[
            (&[("content-type", "application/json")], true),
            (&[("content-type", "Application/JSON ;charset=utf-8")], true),
            (&[], false),
            (&[("content-type", "")], false),
            (&[("content-type", "text/plain")], false),
            (&[("content-type", "application/jsonp")], false),
            (&[("content-type", "application/json, text/plain")], false),
            (&[("content-type", "application/x-www-form-urlencoded")], false),
            (&[("content-type", "Application/X-WWW-Form-URLencoded; charset=utf-8")], false),
            (&[("content-type", "application/json; x=\"a,application/x-www-form\"")], false),
            (
                &[("content-type", "application/json"), ("content_type", "multipart/form-data")],
                false,
            ),
            (&[("content_type", "application/json")], false),
        ];
        for (fields, expected) in table {
            assert_eq!(is_json(&headers(fields), true), *expected, "{fields:?}");
        }
        assert!(is_json(&headers(&[]), false), "a request without a message has no type");
    }

    #[test]
    fn head_describes_the_body_that_was_read() {
        type Fields = &'static [(&'static str, &'static str)];
        let table: [(Fields, usize, Fields); 9] = [
            (&[], 0, &[]),
            (&[], 7, &[("content-length", "7")]),
            (&[("content-length", "0")], 0, &[("content-length", "0")]),
            (&[("content-length", "9")], 7, &[("content-length", "7")]),
            (&[("content-length", "7"), ("content-length", "9")], 7, &[("content-length", "7")]),
            (&[("transfer-encoding", "chunked")], 0, &[("content-length", "0")]),
            (&[("Content_Length", "3")], 7, &[("content-length", "7")]),
            (
                &[("Transfer_Encoding", "chunked"), ("content-length", "7"), ("x_trailer", "y")],
                7,
                &[("content-length", "7"), ("x_trailer", "y")],
            ),
            (
                &[("transfer-encoding", "chunked"), ("trailer", "x"), ("expect", "100-continue")],
                7,
                &[("content-length", "7")],
            ),
        ];
        for (fields, length, expected) in table {
            let mut read = headers(fields);
            describe(&mut read, length);
            assert_eq!(read, headers(expected), "{fields:?}");
        }
    }
}
