//! The text of one setting in, its checked value out, or a sentence that says what to do.

pub(super) mod audience;
pub(super) mod frontend_api;
pub(super) mod issuer;
pub(super) mod origin;
pub(super) mod pem;
pub(super) mod text;

use std::net::IpAddr;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use reqwest::Url;

use self::origin::with_scheme;
pub(super) use self::{
    audience::audience, frontend_api::frontend_api_url, issuer::issuer, origin::authorized_party,
};
use super::redact::{quote, suggest};

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
        text::check_key(key, "CLERK_PUBLISHABLE_KEY")?;
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
            Some(host) if is_frontend_api(host, production) => {
                Ok(Self { frontend_api: host.to_owned(), production })
            }
            _ => Err(wrong.into()),
        }
    }
}

/// A secret key; tells whether it is for production.
pub(super) fn secret_key(key: &str) -> Result<bool, String> {
    text::check_key(key, "CLERK_SECRET_KEY")?;
    let production = ["sk_live_", "live_"].iter().any(|prefix| has_rest(key, prefix));
    let development = ["sk_test_", "test_"].iter().any(|prefix| has_rest(key, prefix));
    if !(production || development) || !is_word(key) {
        return Err("it is not a secret key; copy the one that begins with `sk_test_` or \
                    `sk_live_` from the dashboard, whole"
            .into());
    }
    Ok(production)
}

pub(super) fn machine_secret_key(key: &str) -> Result<(), String> {
    text::check_key(key, "CLERK_MACHINE_SECRET_KEY")?;
    if has_rest(key, "ak_") && is_word(key) {
        return Ok(());
    }
    Err("it is not a machine secret key; copy the one that begins with `ak_` from the machine's \
         page in the dashboard, whole"
        .into())
}

pub(super) fn machine_id(id: &str) -> Result<(), String> {
    text::check_key(id, "CLERK_MACHINE_ID")?;
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if has_rest(id, "mch_") && id.bytes().all(word) {
        return Ok(());
    }
    Err("it is not a machine ID; copy the one that begins with `mch_` from the machine's page in \
         the dashboard"
        .into())
}

/// A switch. Any other text would leave in doubt what was meant.
pub(super) fn flag(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "it must be `true` or `false`".into())
}

/// A URL that our secret key may be sent to, or that keys may be believed from: encrypted, or on
/// this machine.
pub(super) fn endpoint_url(url: &str) -> Result<Url, String> {
    let name = quote(url);
    if let Some(problem) = text::problem(url, "") {
        return Err(format!("{name} {problem}"));
    }
    if !url.contains("://") {
        let wanted = with_scheme(url).map(String::from).unwrap_or_default();
        return Err(format!("{name} has no scheme{}", suggest(wanted.trim_end_matches('/'))));
    }
    let parsed = Url::parse(url).map_err(|error| format!("{name} is not a URL ({error})"))?;
    let encrypted = parsed.scheme() == "https";
    let local = parsed.scheme() == "http" && is_loopback(&parsed);
    if !encrypted && !local {
        return Err(format!("{name} must begin with `https://` (or `http://` on loopback)"));
    }
    if !text::authority(url).is_ascii() {
        // Our secret key would be sent to whoever owns a host that only looks like Clerk's.
        let ascii = parsed.origin().ascii_serialization();
        let problem = "has a letter in its host that is not ASCII; the host is that of";
        return Err(format!("{name} {problem} {}", quote(&ascii)));
    }
    let plain = parsed.username().is_empty()
        && parsed.password().is_none()
        && parsed.query().is_none()
        && parsed.fragment().is_none();
    if !plain {
        return Err(format!("{name} must have no user, password, query or fragment"));
    }
    Ok(parsed)
}

/// The base URL of the Backend API, to which the version is added, or of a proxy of it.
pub(super) fn api_url(url: &str) -> Result<Url, String> {
    let parsed = endpoint_url(url)?;
    let host = parsed.host_str().unwrap_or_default();
    let wrong = if ["api.clerk.com", "api.clerk.dev"].contains(&host) {
        parsed.path() != "/"
    } else {
        is_clerks(&parsed)
    };
    if wrong {
        let problem = "is not the Backend API, without a version; leave it unset";
        return Err(format!("{} {problem}", quote(url)));
    }
    if parsed.path().trim_end_matches('/').ends_with("/jwks")
        || parsed.path().contains("/.well-known")
    {
        let problem =
            "is the URL of a key set; write the URL without the version and what follows it";
        return Err(format!("{} {problem}", quote(url)));
    }
    Ok(parsed)
}

/// The identifier of a protected resource (RFC 9728 §1.2). Clients compare it as an exact string
/// with the URL that they use (§3.3), so it must be as URL parsers write it.
pub(super) fn resource(url: &str) -> Result<Url, String> {
    let parsed = endpoint_url(url)?;
    let name = quote(url);
    if parsed.host_str().is_some_and(|host| host.contains('*')) {
        return Err(format!("{name} has a wildcard, and a resource is one URL"));
    }
    if let Some((_, rest)) = parsed.path().split_once("/.well-known/") {
        let path = rest.split_once('/').map_or(String::new(), |(_, path)| format!("/{path}"));
        let wanted = suggest(&format!("{}{path}", parsed.origin().ascii_serialization()));
        return Err(format!("{name} is the URL of metadata, not the resource{wanted}"));
    }
    if text::authority(url).starts_with("0.0.0.0") || text::authority(url).starts_with("[::]") {
        return Err(format!("{name} is an address to listen on; write the URL that clients use"));
    }
    let canonical = parsed.as_str();
    // The one path that a parser adds.
    let without_slash = canonical.strip_suffix('/').filter(|_| parsed.path() == "/");
    if url != canonical && Some(url) != without_slash {
        let canonical = suggest(without_slash.unwrap_or(canonical));
        return Err(format!("{name} is not as clients write it{canonical}"));
    }
    Ok(parsed)
}

/// One segment of a path, so that it cannot lead elsewhere. A date is the version of a header field.
pub(super) fn api_version(version: &str) -> Result<(), String> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !has_rest(version, "v") || !version.bytes().all(known) {
        return Err("it must be the version in the path of the Backend API, such as `v1`".into());
    }
    Ok(())
}

/// A host of Clerk itself, or of a development instance.
pub(super) fn is_clerks(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    issuer::NO_ISSUERS.contains(&host) || host.ends_with(".accounts.dev")
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    // RFC 6761 §6.3: a name below `localhost` is this machine too.
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.is_loopback())
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

/// Letters, digits and the signs of base64. A comma, `#` or `\n` comes from the file around a key.
fn is_word(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.+/=".contains(&byte))
}

/// A host with a dot, as tokens name it in `iss`; in development also with the port of a stand-in.
fn is_frontend_api(text: &str, production: bool) -> bool {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) if !production => (host, port.parse::<u16>().is_ok()),
        _ => (text, true),
    };
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let inner = !host.starts_with('.') && !host.ends_with('.');
    let as_parsed =
        || Url::parse(&format!("https://{text}")).is_ok_and(|url| url.authority() == text);
    port && host.contains('.') && inner && host.bytes().all(known) && as_parsed()
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
            ("pk_test_MTI3LjAuMC4xOjQwMDAk", Some(("127.0.0.1:4000", false))),
            ("pk_live_MTI3LjAuMC4xOjQwMDAk", None), // a port in production
            ("pk_test_MTI3LjAuMC4xOngk", None),     // a port that is not a number
            ("pk_live_Y2xlcmsuZXhhbXBsZS5jb20kJA", None), // two `$`
            ("pk_live_ZXZpbC5jb20vLmNsZXJrJA", None), // a slash
            ("pk_live_***", None),
            ("pk_live_Q0xFUksuZXhhbXBsZS5jb20k", None), // upper case, unlike `iss`
            ("pk_test_OTk5LjEuMS4xJA", None),           // `999.1.1.1`
            ("pk_test_YS5iOis4MCQ", None),              // a port with a sign
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
            "http://127.9.9.9:1",
            "http://clerk.localhost:1",
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
    fn api_url_at_clerk_is_the_backend_api_alone() {
        for good in [
            "https://api.clerk.com",
            "https://api.clerk.com/",
            "https://api.clerk.dev",
            "https://proxy.example.com/clerk/v1",
        ] {
            assert!(api_url(good).is_ok(), "{good}");
        }
        for bad in [
            "https://api.clerk.com/v1",
            "https://api.clerk.com/v1/",
            "https://api.clerk.com/v1/jwks",
            "https://dashboard.clerk.com",
            "https://clerk.com",
            "https://frontend-api.clerk.dev",
            "https://happy-cat-12.clerk.accounts.dev",
            "https://happy-cat-12.accounts.dev",
        ] {
            let problem = "is not the Backend API, without a version; leave it unset";
            assert_eq!(api_url(bad), Err(format!("{bad:?} {problem}")));
        }
    }

    #[test]
    fn a_path_is_kept_and_extended() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert_eq!(join(&url("https://a.b"), "/v1/jwks").as_str(), "https://a.b/v1/jwks");
        assert_eq!(join(&url("https://a.b/p/"), "v1/jwks").as_str(), "https://a.b/p/v1/jwks");
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
