//! The text of one setting in, its checked value out, or a sentence that says what to do.

use std::net::IpAddr;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use reqwest::Url;

/// Clerk writes publishable keys without padding; some tools add it.
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a publishable key says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PublishableKey {
    pub(super) frontend_api: String,
    pub(super) production: bool,
}

impl PublishableKey {
    pub(super) fn parse(key: &str) -> Result<Self, String> {
        if key.starts_with("sk_") {
            return Err("it is a secret key; the publishable key begins with `pk_`".into());
        }
        let wrong = "it is not a publishable key; copy the one that begins with `pk_test_` or \
                     `pk_live_` from the dashboard, whole";
        let (production, encoded) =
            match (key.strip_prefix("pk_live_"), key.strip_prefix("pk_test_")) {
                (Some(encoded), _) => (true, encoded),
                (_, Some(encoded)) => (false, encoded),
                _ => return Err(wrong.into()),
            };
        let decoded =
            ANY_PADDING.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let host = decoded.as_deref().and_then(|text| text.strip_suffix('$'));
        match host {
            Some(host) if is_host(host) => Ok(Self { frontend_api: host.to_owned(), production }),
            _ => Err(wrong.into()),
        }
    }
}

/// A secret key; tells whether it is for production.
pub(super) fn secret_key(key: &str) -> Result<bool, String> {
    if key.starts_with("pk_") {
        return Err("it is a publishable key; the secret key begins with `sk_`".into());
    }
    let production = ["sk_live_", "live_"].iter().any(|prefix| has_rest(key, prefix));
    let development = ["sk_test_", "test_"].iter().any(|prefix| has_rest(key, prefix));
    if !(production || development) || !is_visible(key) {
        return Err("it is not a secret key; copy the one that begins with `sk_test_` or \
                    `sk_live_` from the dashboard, whole"
            .into());
    }
    Ok(production)
}

pub(super) fn machine_secret_key(key: &str) -> Result<(), String> {
    if has_rest(key, "ak_") && is_visible(key) {
        return Ok(());
    }
    Err("it is not a machine secret key; copy the one that begins with `ak_` from the machine's \
         page in the dashboard, whole"
        .into())
}

pub(super) fn machine_id(id: &str) -> Result<(), String> {
    if has_rest(id, "mch_") && is_visible(id) {
        return Ok(());
    }
    Err("it is not a machine id; it begins with `mch_`".into())
}

/// A URL that our secret key may be sent to, or that keys may be believed from: encrypted, or on
/// this machine.
pub(super) fn endpoint_url(url: &str) -> Result<Url, String> {
    let parsed = Url::parse(url).map_err(|error| format!("it is not a URL ({error})"))?;
    let encrypted = parsed.scheme() == "https";
    let local = parsed.scheme() == "http" && is_loopback(&parsed);
    if !encrypted && !local {
        return Err(
            "it must begin with `https://` (or `http://` on this machine's loopback)".into()
        );
    }
    let plain = parsed.username().is_empty()
        && parsed.password().is_none()
        && parsed.query().is_none()
        && parsed.fragment().is_none();
    if !plain {
        return Err("it must have no user, password, query or fragment".into());
    }
    Ok(parsed)
}

/// The identifier of a protected resource (RFC 9728 §1.2). Clients compare it as an exact string
/// with the URL that they use (§3.3), so it must be as URL parsers write it.
pub(super) fn resource(url: &str) -> Result<Url, String> {
    let parsed = endpoint_url(url)?;
    let canonical = parsed.as_str();
    // The one path that a parser adds.
    let without_slash = canonical.strip_suffix('/').filter(|_| parsed.path() == "/");
    if url != canonical && Some(url) != without_slash {
        return Err("write it as clients do: scheme and host in lower case, no port that goes \
                    without saying, no `..`, and %-codes for special characters"
            .into());
    }
    Ok(parsed)
}

/// One segment of a path, so that it cannot lead elsewhere.
pub(super) fn api_version(version: &str) -> Result<(), String> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if version.is_empty() || !version.bytes().all(known) {
        return Err("write the version as it stands in the path, such as `v1`".into());
    }
    Ok(())
}

/// An `iss` value. It is compared as an exact string, so a slash too many would refuse everyone.
pub(super) fn issuer(issuer: &str) -> Result<(), String> {
    let url = issuer.starts_with("https://") || issuer.starts_with("http://");
    if !url || issuer.ends_with('/') || !is_visible(issuer) {
        return Err("write the issuer as it stands in `iss`: `https://`, the host, and no slash \
                    at the end"
            .into());
    }
    Ok(())
}

/// An `azp` value: the origin of a front end, compared as an exact string.
pub(super) fn authorized_party(origin: &str) -> Result<(), String> {
    let rest = origin.split_once("://").map(|(_, rest)| rest);
    if rest.is_none_or(|rest| rest.is_empty() || rest.contains('/')) || !is_visible(origin) {
        return Err(
            "write each party as an origin: `https://app.example.com`, without a path or a slash \
             at the end"
                .into(),
        );
    }
    Ok(())
}

pub(super) fn audience(audience: &str) -> Result<(), String> {
    if audience.is_empty() || !is_visible(audience) {
        return Err("an audience is a name without spaces, and not empty".into());
    }
    Ok(())
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// `url` with `path` behind the path that it has.
pub(super) fn join(url: &Url, path: &str) -> Url {
    let mut joined = url.clone();
    if let Ok(mut segments) = joined.path_segments_mut() {
        segments.pop_if_empty().extend(path.split('/').filter(|part| !part.is_empty()));
    }
    joined
}

fn has_rest(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty())
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_host(host: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && host.bytes().all(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publishable_key_names_its_frontend_api() {
        let table = [
            ("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k", Some(("clerk.example.com", true))),
            (
                "pk_test_aGFwcHktY2F0LTEyLmNsZXJrLmFjY291bnRzLmRldiQ",
                Some(("happy-cat-12.clerk.accounts.dev", false)),
            ),
            (
                "pk_test_aGFwcHktY2F0LTEyLmNsZXJrLmFjY291bnRzLmRldiQ=",
                Some(("happy-cat-12.clerk.accounts.dev", false)),
            ),
            ("", None),
            ("pk_live_", None),
            ("pk_prod_Y2xlcmsuZXhhbXBsZS5jb20k", None),
            ("pk_live_Y2xlcmsuZXhhbXBsZS5jb20", None), // no `$`
            ("pk_live_bG9jYWxob3N0JA", None),          // no dot
            ("pk_live_Y2xlcmsuZXhhbXBsZS5jb20kJA", None), // two `$`
            ("pk_live_ZXZpbC5jb20vLmNsZXJrJA", None),  // a slash
            ("pk_live_***", None),
            ("sk_live_x", None),
        ];
        for (key, expected) in table {
            let parsed = PublishableKey::parse(key).ok();
            let expected = expected
                .map(|(host, production)| PublishableKey { frontend_api: host.into(), production });
            assert_eq!(parsed, expected, "{key}");
        }
    }

    #[test]
    fn secrets_are_told_from_each_other() {
        for good in ["sk_test_x", "sk_live_x", "test_x", "live_x"] {
            assert!(secret_key(good).is_ok(), "{good}");
        }
        for bad in
            ["", "sk_test_", "pk_test_x", "ak_x", "sk_test_x\n", "sk_test_x y", "\"sk_test_x\""]
        {
            assert!(secret_key(bad).is_err(), "{bad:?}");
        }
        assert!(machine_secret_key("ak_x").is_ok());
        for bad in ["", "ak_", "sk_test_x", "mch_x", "ak_x "] {
            assert!(machine_secret_key(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn urls_are_encrypted_or_local() {
        for good in [
            "https://api.clerk.com",
            "https://example.com/proxy/",
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            assert!(endpoint_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "api.clerk.com",
            "http://api.clerk.com",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "ftp://127.0.0.1",
            "https://user:password@api.clerk.com",
            "https://api.clerk.com?x",
            "https://api.clerk.com#x",
        ] {
            assert!(endpoint_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_is_kept_and_extended() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert_eq!(join(&url("https://a.b"), "/v1/jwks").as_str(), "https://a.b/v1/jwks");
        assert_eq!(join(&url("https://a.b/p/"), "v1/jwks").as_str(), "https://a.b/p/v1/jwks");
    }

    #[test]
    fn origins_and_issuers_have_no_slash_at_the_end() {
        assert!(authorized_party("https://app.example.com:8080").is_ok());
        for bad in
            ["", "app.example.com", "https://", "https://a.b/", "https://a.b/path", "https://a b"]
        {
            assert!(authorized_party(bad).is_err(), "{bad}");
        }
        assert!(issuer("https://clerk.example.com").is_ok());
        for bad in ["", "clerk.example.com", "https://clerk.example.com/", "https://a b"] {
            assert!(issuer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_resource_is_written_as_clients_write_it() {
        for good in [
            "https://api.example.com",
            "https://api.example.com/",
            "https://api.example.com:8443/mcp",
            "https://api.example.com/mcp/",
            "https://api.example.com/caf%C3%A9",
            "http://127.0.0.1:3000/mcp",
            "http://localhost",
        ] {
            assert!(resource(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/mcp",
            "api.example.com/mcp",
            "http://api.example.com/mcp",
            "https://api.example.com/mcp#tools",
            "https://api.example.com/mcp#",
            "https://api.example.com/mcp?",
            "https://api.example.com/mcp?tenant=1",
            "https://ada@api.example.com/mcp",
            "HTTPS://api.example.com/mcp",
            "https://API.example.com/mcp",
            "https://api.example.com:443/mcp",
            "https://api.example.com/a/../mcp",
            "https://api.example.com/mcp\"",
            "https://api.example.com/m cp",
            "https://api.example.com/caf\u{e9}",
            " https://api.example.com/mcp",
            "https://api.example.com\\mcp",
        ] {
            assert!(resource(bad).is_err(), "{bad}");
        }
    }
}
