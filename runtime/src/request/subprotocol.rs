//! Reads the token of a WebSocket handshake whose subprotocols are `bearer` and the token.
//!
//! A page cannot set `Authorization` on a WebSocket. The field is the only one that it can set.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Version,
    header::{AUTHORIZATION, CONNECTION, SEC_WEBSOCKET_PROTOCOL, UPGRADE},
    request::Parts,
};

use super::authorization::is_token;

const BEARER: &[u8] = b"bearer";

/// The subprotocols have a token that cannot be used (RFC 6750 §3.1, `invalid_request`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SubprotocolError {
    #[error("the WebSocket handshake has a token in its subprotocols and an Authorization field")]
    SecondCredential,
    #[error("the subprotocols have `bearer` or the token twice")]
    Repeated,
    #[error("the subprotocol `bearer` is not followed by a token")]
    NoToken,
    #[error("the token has a character that subprotocols do not have (RFC 9110 §5.6.2)")]
    NotToken,
}

/// Moves the token of a WebSocket handshake to the `Authorization` field, where every guard reads
/// it. Returns what the server selects if the application selects nothing: `bearer`, as the client
/// wrote it. `None` if the request is not a handshake, or has no such token.
pub(crate) fn take_token(parts: &mut Parts) -> Result<Option<HeaderValue>, SubprotocolError> {
    if !is_handshake(parts) {
        return Ok(None);
    }
    let offered: Vec<&[u8]> = members(&parts.headers, SEC_WEBSOCKET_PROTOCOL).collect();
    let is_bearer = |member: &&[u8]| member.eq_ignore_ascii_case(BEARER);
    let Some(position) = offered.iter().position(is_bearer) else {
        return Ok(None);
    };
    if parts.headers.contains_key(AUTHORIZATION) {
        return Err(SubprotocolError::SecondCredential);
    }
    let (before, rest) = offered.split_at_checked(position).unwrap_or_default();
    let [bearer, token, after @ ..] = rest else { return Err(SubprotocolError::NoToken) };
    let mut others = [before, after].concat();
    others.retain(|other| !other.is_empty());
    // A token that is offered again could be selected, and so be in the response.
    if is_bearer(token) || others.iter().any(|other| is_bearer(other) || other == token) {
        return Err(SubprotocolError::Repeated);
    }
    if token.is_empty() {
        return Err(SubprotocolError::NoToken);
    }
    if !is_token(token) {
        return Err(SubprotocolError::NotToken);
    }
    let value = |bytes: &[u8]| {
        let value = HeaderValue::from_bytes(bytes);
        value.map_err(|_| SubprotocolError::NotToken)
    };
    let (bearer, authorization) = (value(bearer)?, value(&[b"Bearer ", *token].concat())?);
    let others = (!others.is_empty()).then(|| value(&others.join(&b", "[..]))).transpose()?;
    parts.headers.insert(AUTHORIZATION, authorization);
    parts.headers.remove(SEC_WEBSOCKET_PROTOCOL);
    if let Some(others) = others {
        parts.headers.insert(SEC_WEBSOCKET_PROTOCOL, others);
    }
    Ok(Some(bearer))
}

/// A WebSocket handshake (RFC 6455 §4.1), or one of HTTP/2 or later (RFC 8441 §4): other than a
/// plain `CONNECT`, an extended one has a scheme.
fn is_handshake(parts: &Parts) -> bool {
    let lists = |field, name: &[u8]| {
        members(&parts.headers, field).any(|member| member.eq_ignore_ascii_case(name))
    };
    match parts.version {
        Version::HTTP_11 => {
            parts.method == Method::GET
                && lists(UPGRADE, b"websocket")
                && lists(CONNECTION, b"upgrade")
        }
        Version::HTTP_2 | Version::HTTP_3 => {
            parts.method == Method::CONNECT && parts.uri.scheme().is_some()
        }
        _ => false,
    }
}

/// The members of a list, in all fields of its name (RFC 9110 §5.6.1).
fn members(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &[u8]> {
    let fields = headers.get_all(name).into_iter().map(HeaderValue::as_bytes);
    fields.flat_map(|field| field.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: [(&str, &str); 2] = [("upgrade", "websocket"), ("connection", "Upgrade")];

    fn handshake(fields: &[(&str, &str)]) -> Parts {
        let request = http::Request::builder();
        let request = fields.iter().fold(request, |it, (name, value)| it.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    fn field(parts: &Parts, name: HeaderName) -> Option<&str> {
        parts.headers.get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn offered_token_is_taken_and_the_others_stay() {
        let table: &[(&[&str], &str, Option<&str>)] = &[
            (&["bearer, T.t-_"], "bearer", None),
            (&["bearer,T.t-_"], "bearer", None),
            (&["bearer", "T.t-_"], "bearer", None),
            (&["Bearer, T.t-_"], "Bearer", None),
            (&["chat, bearer, T.t-_"], "bearer", Some("chat")),
            (&["chat,, bearer, T.t-_,"], "bearer", Some("chat")),
            (&["bearer, T.t-_, chat, chat.v2"], "bearer", Some("chat, chat.v2")),
            (&["chat", "bearer, T.t-_", "chat.v2"], "bearer", Some("chat, chat.v2")),
        ];
        for (offered, selected, others) in table {
            let offered = offered.iter().map(|value| ("sec-websocket-protocol", *value));
            let mut parts = handshake(&PLAIN.into_iter().chain(offered).collect::<Vec<_>>());
            assert_eq!(take_token(&mut parts).unwrap().unwrap(), selected);
            assert_eq!(field(&parts, AUTHORIZATION), Some("Bearer T.t-_"));
            assert_eq!(field(&parts, SEC_WEBSOCKET_PROTOCOL), *others);
        }
    }

    #[test]
    fn token_that_can_be_read_in_two_ways_is_rejected() {
        let table = [
            ("bearer", SubprotocolError::NoToken),
            ("T, bearer", SubprotocolError::NoToken),
            ("bearer, , chat", SubprotocolError::NoToken),
            ("bearer, bearer", SubprotocolError::Repeated),
            ("bearer, T, BEARER, U", SubprotocolError::Repeated),
            ("bearer, T, T", SubprotocolError::Repeated),
            ("T, bearer, T", SubprotocolError::Repeated),
            ("bearer, T=", SubprotocolError::NotToken),
            ("bearer, T/t", SubprotocolError::NotToken),
            ("bearer, T t", SubprotocolError::NotToken),
            ("bearer, \"T\"", SubprotocolError::NotToken),
        ];
        for (offered, error) in table {
            let fields = [&PLAIN[..], &[("sec-websocket-protocol", offered)]].concat();
            assert_eq!(take_token(&mut handshake(&fields)), Err(error), "{offered}");
        }
        for other in ["Bearer U", "Basic U", ""] {
            let second = [("sec-websocket-protocol", "bearer, T"), ("authorization", other)];
            let mut parts = handshake(&[PLAIN, second].concat());
            assert_eq!(take_token(&mut parts), Err(SubprotocolError::SecondCredential));
        }
    }

    #[test]
    fn token_is_read_from_handshakes_only() {
        let offer = ("sec-websocket-protocol", "bearer, T");
        let url = "https://app.example/socket";
        let table = [
            (Method::GET, Version::HTTP_11, "/", true, true),
            (Method::GET, Version::HTTP_11, "/", false, false),
            (Method::POST, Version::HTTP_11, "/", true, false),
            (Method::GET, Version::HTTP_10, "/", true, false),
            (Method::GET, Version::HTTP_2, url, true, false),
            (Method::CONNECT, Version::HTTP_2, url, false, true),
            (Method::CONNECT, Version::HTTP_2, "app.example:443", false, false),
            (Method::CONNECT, Version::HTTP_11, "app.example:443", true, false),
        ];
        for (method, version, uri, upgrades, read) in table {
            let fields = if upgrades { [&PLAIN[..], &[offer]].concat() } else { vec![offer] };
            let mut parts = handshake(&fields);
            let case = format!("{method} {version:?} {uri}");
            (parts.method, parts.version, parts.uri) = (method, version, uri.parse().unwrap());
            assert_eq!(take_token(&mut parts).unwrap().is_some(), read, "{case}");
            assert_eq!(parts.headers.contains_key(AUTHORIZATION), read, "{case}");
        }
        let names = [("upgrade", "h2c"), ("connection", "upgrade"), offer];
        assert_eq!(take_token(&mut handshake(&names)), Ok(None));
    }
}
