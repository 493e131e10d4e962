//! Header fields as others read them after us: a log, and a server behind a proxy.

use http::{
    HeaderMap, HeaderName,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL},
};

/// Marks fields that can hold a credential, so that a log of the headers prints `Sensitive`.
///
/// The values stay as they are: `HeaderValue` compares bytes only, so verify-once still recognises
/// a marked field.
pub(crate) fn mark_sensitive(headers: &mut HeaderMap) {
    for (name, value) in headers {
        // Browsers cannot set `Authorization` on a WebSocket: its subprotocol carries the token.
        if [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL].contains(name) {
            value.set_sensitive(true);
        }
    }
}

/// Whether some server takes the field `name` for the field `known`, which is lower case: CGI, and
/// so WSGI and Rack, reads `_` in a name as `-` (RFC 3875 §4.1.18).
pub(crate) fn reads_as(name: &HeaderName, known: &str) -> bool {
    let dashed = |byte| if byte == b'_' { b'-' } else { byte };
    name.as_str().bytes().map(dashed).eq(known.bytes())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn each_value_of_a_field_with_a_credential_is_marked() {
        let mut headers = HeaderMap::new();
        let sensitive =
            ["authorization", "cookie", "proxy-authorization", "sec-websocket-protocol"];
        for name in sensitive.into_iter().chain(["host", "x-authorization", "set-cookie"]) {
            for value in ["one", "two"] {
                headers.append(name, HeaderValue::from_static(value));
            }
        }
        let before = headers.clone();
        mark_sensitive(&mut headers);
        for (name, value) in &headers {
            assert_eq!(value.is_sensitive(), sensitive.contains(&name.as_str()), "{name}");
        }
        assert_eq!(headers, before, "a mark does not change what is compared");
    }
}
