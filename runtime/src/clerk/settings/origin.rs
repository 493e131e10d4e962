//! Checks an authorized party: an origin, compared with `azp` as an exact string.

use reqwest::Url;

use super::{is_loopback, text};
use crate::clerk::redact::{quote, suggest};

/// Accepts an origin exactly as browsers write it (RFC 6454 §6.2).
pub(crate) fn authorized_party(party: &str) -> Result<(), String> {
    problem(party).map_or(Ok(()), |problem| Err(format!("{} {problem}", quote(party))))
}

/// A production instance needs pages with TLS: its cookies have the attribute `Secure`.
pub(crate) fn is_plain_http(party: &str) -> bool {
    Url::parse(party).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url))
}

fn problem(party: &str) -> Option<String> {
    if party == "null" {
        return Some("is the origin of sandboxed pages and files, which any site can make".into());
    }
    if let Some(problem) = text::problem(party, "CLERK_AUTHORIZED_PARTIES") {
        return Some(problem);
    }
    if party.contains('*') {
        return Some("has a wildcard, and parties are exact; write each origin".into());
    }
    let Some((scheme, rest)) = party.split_once("://") else {
        let origin = with_scheme(party).map(|url| url.origin().ascii_serialization());
        return Some(format!("has no scheme{}", suggest(&origin.unwrap_or_default())));
    };
    if !["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) {
        return other_scheme(scheme, rest);
    }
    let Some(url) = Url::parse(party).ok().filter(|_| !party.contains(',')) else {
        return Some("is not an origin; write `https://app.example.com`".into());
    };
    let origin = url.origin().ascii_serialization();
    if origin == party {
        return None;
    }
    let fault = if !url.username().is_empty() || url.password().is_some() {
        return Some("has user info; write scheme, host and port only".into());
    } else if url.query().is_some() || url.fragment().is_some() {
        "has a query or fragment, and an origin has none"
    } else if url.path() != "/" {
        "has a path, and an origin has none"
    } else if party.ends_with('/') {
        "has a slash at the end, and an origin has none"
    } else {
        "is not as browsers write it: lower case, and no default port"
    };
    Some(format!("{fault}{}", suggest(&origin)))
}

/// Schemes that no `Origin` field has: sockets and files, and URLs with an opaque origin.
const NO_ORIGINS: [&str; 8] = ["ws", "wss", "ftp", "file", "about", "blob", "data", "javascript"];

/// Origins of extensions and apps: `chrome-extension://id`, `capacitor://localhost`. Parsers keep
/// the case of such a host (Safari writes upper case), but never that of the scheme.
fn other_scheme(scheme: &str, rest: &str) -> Option<String> {
    if NO_ORIGINS.contains(&scheme.to_ascii_lowercase().as_str()) {
        return Some("has a scheme that no origin has; write `https://` or the app's own".into());
    }
    let (host, port) = rest.split_once(':').unwrap_or((rest, "0"));
    let good = !scheme.is_empty()
        && scheme.bytes().all(|byte| is_word(byte, b"+.-") && !byte.is_ascii_uppercase())
        && !host.is_empty()
        && host.bytes().all(|byte| is_word(byte, b"-._"))
        && port.parse::<u16>().is_ok();
    (!good).then(|| "is not an origin: scheme in lower case, `://` and host".into())
}

fn is_word(byte: u8, more: &[u8]) -> bool {
    byte.is_ascii_alphanumeric() || more.contains(&byte)
}

/// The URL that a text without `://` is probably meant for: plain on loopback, else encrypted.
pub(crate) fn with_scheme(text: &str) -> Option<Url> {
    let rest = text.strip_prefix("https:").or_else(|| text.strip_prefix("http:")).unwrap_or(text);
    let rest = rest.trim_start_matches('/');
    let url = |scheme: &str| Url::parse(&format!("{scheme}://{rest}")).ok();
    // A single word is not a host: `true` does not stand for `https://true`.
    let names_host =
        |url: &Url| rest.contains('.') && url.host_str().is_some_and(|it| it.contains('.'));
    url("http").filter(is_loopback).or_else(|| url("https").filter(names_host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_as_browsers_write_it_is_accepted() {
        for good in [
            "https://app.example.com",
            "https://app.example.com:8443",
            "http://localhost:3000",
            "http://app.localhost",
            "http://127.0.0.1:5173",
            "http://[::1]:3000",
            "http://192.168.1.20:3000",
            "https://xn--bcher-kva.example",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            "capacitor://localhost",
            "tauri://localhost",
            "safari-web-extension://4C9A5F3E-1A73-4CB6-8B84-B65E5DD5B0C1",
            "app://.",
            "exp://192.168.1.5:8081",
        ] {
            assert_eq!(authorized_party(good), Ok(()));
        }
    }

    #[test]
    fn party_that_never_matches_is_rejected_with_what_to_write() {
        for (party, told) in [
            ("https://*.example.com", "has a wildcard, and parties are exact; write each origin"),
            ("*", "has a wildcard, and parties are exact; write each origin"),
            ("https://app.example.com:443", "default port; write \"https://app.example.com\""),
            ("http://localhost:80", "default port; write \"http://localhost\""),
            ("https://App.Example.com", "lower case, and no default port; write \"https://app"),
            ("HTTPS://app.example.com", "; write \"https://app.example.com\""),
            ("https://app.example.com/", "has a slash at the end, and an origin has none; write"),
            ("https://app.example.com/login", "has a path, and an origin has none; write \"https"),
            ("https://a.example.com?", "has a query or fragment, and an origin has none; write"),
            ("https://a.example.com?a=1", "write \"https://a.example.com\""),
            ("https://a.example.com#", "write \"https://a.example.com\""),
            ("https://b\u{fc}cher.example", "write \"https://xn--bcher-kva.example\""),
            ("http://127.1:3000", "write \"http://127.0.0.1:3000\""),
            ("https://ada@app.example.com", "has user info; write scheme, host and port only"),
            ("\"https://app.example.com\"", "has quotes around it; remove them"),
            ("'https://app.example.com'", "has quotes around it; remove them"),
            ("[\"https://a.example\",\"https://b.example\"]", "is JSON; write plain text"),
            (" https://app.example.com", "has white space around it; remove it"),
            ("https://app.example.com\r", "has a line end around it; remove it"),
            ("https://a.example https://b.example", "commas separate the entries of a list"),
            ("https://a.example;https://b.example", "holds more than one URL"),
            ("\u{feff}https://app.example.com", "starts with a byte order mark"),
            ("https://app.example\u{200b}.com", "not visible ASCII"),
            ("${APP_URL}", "is a placeholder that was not filled in"),
            ("app.example.com", "has no scheme; write \"https://app.example.com\""),
            ("https:/app.example.com", "has no scheme; write \"https://app.example.com\""),
            ("//app.example.com", "has no scheme; write \"https://app.example.com\""),
            ("localhost:3000", "has no scheme; write \"http://localhost:3000\""),
            ("null", "is the origin of sandboxed pages"),
            ("https://", "is not an origin; write"),
            ("file://", "has a scheme that no origin has; write `https://`"),
            ("wss://app.example.com", "has a scheme that no origin has; write `https://`"),
            ("ws://localhost:3000", "has a scheme that no origin has"),
            ("WSS://app.example.com", "has a scheme that no origin has"),
            ("ftp://app.example.com", "has a scheme that no origin has"),
            ("about://blank", "has a scheme that no origin has"),
            ("https://a.example,b.example", "is not an origin; write"),
            ("capacitor://", "is not an origin: scheme"),
            ("capacitor://localhost:", "is not an origin: scheme"),
            ("capacitor://localhost:x", "is not an origin: scheme"),
            ("Chrome-Extension://abc", "is not an origin: scheme"),
            ("capacitor://localhost/", "is not an origin: scheme"),
            ("pk_test_abc", "is a publishable key, which belongs in CLERK_PUBLISHABLE_KEY"),
            ("sk_test_abc", "is a secret key, which belongs in CLERK_SECRET_KEY"),
            ("", "has no scheme"),
        ] {
            let problem = authorized_party(party).expect_err(party);
            assert!(problem.contains(told), "{party}: {problem}");
        }
    }

    #[test]
    fn plain_http_is_known_off_loopback_only() {
        assert!(is_plain_http("http://app.example.com"));
        for other in ["https://app.example.com", "http://localhost:1", "http://a.localhost"] {
            assert!(!is_plain_http(other), "{other}");
        }
    }
}
