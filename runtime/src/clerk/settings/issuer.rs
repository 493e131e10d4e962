//! Checks an issuer: what `iss` of the tokens says, compared as an exact string.

use reqwest::Url;

use super::{PublishableKey, is_loopback, origin::with_scheme, text};
use crate::clerk::redact::{quote, suggest};

/// Hosts of Clerk that issue no tokens.
pub(super) const NO_ISSUERS: [&str; 6] = [
    "api.clerk.com",
    "api.clerk.dev",
    "frontend-api.clerk.dev",
    "dashboard.clerk.com",
    "clerk.com",
    "www.clerk.com",
];

/// Accepts an issuer as it stands in tokens of some instance.
pub(crate) fn issuer(issuer: &str) -> Result<(), String> {
    problem(issuer).map_or(Ok(()), |problem| Err(format!("{} {problem}", quote(issuer))))
}

fn problem(issuer: &str) -> Option<String> {
    if let Some(problem) = text::problem(issuer, "CLERK_ISSUER") {
        return Some(problem);
    }
    if issuer.contains('*') {
        return Some("has a wildcard, and issuers are exact".into());
    }
    if !issuer.contains("://") {
        let canonical = with_scheme(issuer).map(|url| canonical(&url));
        return Some(format!("has no scheme{}", suggest(&canonical.unwrap_or_default())));
    }
    let url = match Url::parse(issuer) {
        Ok(url) => url,
        Err(error) => return Some(format!("is not a URL ({error})")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("has user info, and an issuer has none".into());
    }
    let canonical = canonical(&url);
    let host = url.host_str().unwrap_or_default();
    if NO_ISSUERS.contains(&host) {
        return Some(
            "issues no tokens; leave it unset and set CLERK_PUBLISHABLE_KEY, which tells the issuer"
                .into(),
        );
    }
    if let Some(wanted) = behind_account_portal(host) {
        return Some(format!("is the Account Portal{}", suggest(&wanted)));
    }
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Some("must begin with `https://` (or `http://` on loopback)".into());
    }
    if canonical == issuer {
        return None;
    }
    let fault = if url.query().is_some() || url.fragment().is_some() {
        "has a query or fragment, and an issuer has none"
    } else if canonical.len() + 1 < url.as_str().len() {
        "is the URL of a document, not the issuer"
    } else if issuer.ends_with('/') {
        "has a slash at the end, and an issuer has none"
    } else {
        "is not as tokens write it"
    };
    Some(format!("{fault}{}", suggest(&canonical)))
}

/// The Frontend API of the instance whose Account Portal is at `host`.
pub(super) fn behind_account_portal(host: &str) -> Option<String> {
    let instance =
        host.strip_suffix(".accounts.dev").filter(|it| it.strip_suffix(".clerk").is_none())?;
    Some(format!("https://{instance}.clerk.accounts.dev"))
}

/// Scheme, host, port and path of the issuer; the names of documents below it are no part of it.
/// Only a proxy has a path, and none has a name of Clerk's own.
pub(super) fn canonical(url: &Url) -> String {
    let is_clerks = url.host_str().is_some_and(|host| host.ends_with(".clerk.accounts.dev"));
    let path = if is_clerks { "" } else { url.path() };
    let path = path.split_once("/.well-known").map_or(path, |(before, _)| before);
    let path = ["/v1/jwks", "/jwks", "/jwks.json", "/oauth/token", "/oauth/authorize"]
        .iter()
        .find_map(|document| path.strip_suffix(document))
        .unwrap_or(path);
    format!("{}{}", url.origin().ascii_serialization(), path.trim_end_matches('/'))
}

/// Says which issuer no token of the instance of `key` can name. The issuer of a proxy has a path,
/// or a Frontend API URL is set (`proxied`). That of a satellite domain stands beside the first.
pub(crate) fn contradiction(
    issuers: &[String],
    key: &PublishableKey,
    proxied: bool,
) -> Option<String> {
    let urls: Vec<Url> =
        issuers.iter().map(|issuer| Url::parse(issuer)).collect::<Result<_, _>>().ok()?;
    let foreign = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        let is_document = url.authority() == key.frontend_api && url.path() != "/" && !proxied;
        is_document || key.production && (is_loopback(url) || host.ends_with(".accounts.dev"))
    };
    let fits = |url: &Url| {
        let elsewhere = proxied || key.production && url.path() != "/";
        url.authority() == key.frontend_api || !foreign(url) && elsewhere
    };
    let wrong = match urls.iter().position(foreign) {
        Some(position) => position,
        None if urls.iter().any(fits) => return None,
        None => 0,
    };
    Some(format!(
        "{} is not the issuer of CLERK_PUBLISHABLE_KEY, which is {}; leave CLERK_ISSUER unset, or \
         set both for one instance (for a proxy of the Frontend API, set `frontend_api_url` too)",
        quote(issuers.get(wrong)?),
        quote(&format!("https://{}", key.frontend_api)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_as_tokens_write_it_is_accepted() {
        for good in [
            "https://clerk.example.com",
            "https://happy-cat-12.clerk.accounts.dev",
            "https://example.com/__clerk",
            "http://localhost:4000",
            "http://127.0.0.1:4000",
            "http://dev.localhost",
            "https://clerk.example.com:8443",
        ] {
            assert_eq!(issuer(good), Ok(()));
        }
    }

    #[test]
    fn issuer_that_no_token_names_is_rejected_with_what_to_write() {
        let ours = "; write \"https://clerk.example.com\"";
        for (text, told) in [
            ("https://clerk.example.com/", "has a slash at the end"),
            ("https://clerk.example.com/", ours),
            ("https://clerk.example.com/.well-known/jwks.json", "is the URL of a document"),
            ("https://clerk.example.com/.well-known/jwks.json", ours),
            ("https://clerk.example.com/.well-known/openid-configuration", ours),
            ("https://clerk.example.com/v1/jwks", ours),
            ("https://clerk.example.com/oauth/token", ours),
            ("https://example.com/__clerk/.well-known/jwks.json", "example.com/__clerk\""),
            ("https://a-1.clerk.accounts.dev/v1", "is the URL of a document, not the issuer"),
            ("https://a-1.clerk.accounts.dev/v1", "write \"https://a-1.clerk.accounts.dev\""),
            ("https://a-1.clerk.accounts.dev/oauth/userinfo", "is the URL of a document"),
            ("https://clerk.example.com?", "has a query or fragment"),
            ("https://clerk.example.com?a=1", ours),
            ("https://clerk.example.com/#a", ours),
            ("https://Clerk.Example.com", ours),
            ("https://clerk.example.com:443", ours),
            ("https://clerk.example.com/a/..", ours),
            ("http://clerk.example.com", "must begin with `https://`"),
            ("http://localhost.example.com", "must begin with `https://`"),
            ("ftp://clerk.example.com", "must begin with `https://`"),
            ("https://ada@clerk.example.com", "has user info"),
            ("https://api.clerk.com", "issues no tokens"),
            ("https://api.clerk.com/v1", "issues no tokens"),
            ("https://dashboard.clerk.com", "issues no tokens"),
            (
                "https://happy-cat-12.accounts.dev",
                "write \"https://happy-cat-12.clerk.accounts.dev\"",
            ),
            ("https://*.example.com", "has a wildcard"),
            ("clerk.example.com", ours),
            ("https:clerk.example.com/", ours),
            ("\"https://clerk.example.com\"", "has quotes around it"),
            ("[\"https://clerk.example.com\"]", "is JSON"),
            ("https://clerk.example.com\n", "has a line end around it"),
            ("https://", "is not a URL"),
            ("pk_test_a", "is a publishable key, which belongs in CLERK_PUBLISHABLE_KEY"),
            ("sk_test_a", "is a secret key, which belongs in CLERK_SECRET_KEY"),
            ("null", "is a placeholder"),
            ("true", "has no scheme"),
            ("", "has no scheme"),
        ] {
            let problem = issuer(text).expect_err(text);
            assert!(problem.contains(told), "{text}: {problem}");
        }
    }

    #[test]
    fn issuers_are_compared_with_the_publishable_key() {
        let key = |host: &str, production| PublishableKey { frontend_api: host.into(), production };
        let live = || key("clerk.example.com", true);
        let test = || key("happy-cat-12.clerk.accounts.dev", false);
        let local = || key("127.0.0.1:4000", false);
        let (ours, other) = ("https://clerk.example.com", "https://clerk.example.org");
        let cat = "https://happy-cat-12.clerk.accounts.dev";
        for (issuers, key, proxied, fits) in [
            (&[][..], live(), false, true),
            (&[ours], live(), false, true),
            (&[ours, other], live(), false, true),
            (&[other], live(), false, false),
            (&[other], live(), true, true),
            (&["https://example.com/__clerk"], live(), false, true),
            (&["https://clerk.example.com:8443"], live(), false, false),
            (&["https://clerk.example.com/v1"], live(), false, false),
            (&[ours, "https://clerk.example.com/oauth/userinfo"], live(), false, false),
            (&["https://clerk.example.com/v1"], live(), true, true),
            (&["http://127.0.0.1:4000/v1"], local(), false, false),
            (&[cat], live(), false, false),
            (&[cat], live(), true, false),
            (&[ours, cat], live(), false, false),
            (&["http://localhost:4000"], live(), true, false),
            (&[ours, "http://localhost:4000"], live(), false, false),
            (&[cat], test(), false, true),
            (&["https://calm-dog-34.clerk.accounts.dev"], test(), false, false),
            (&[ours], test(), false, false),
            (&[ours], test(), true, true),
            (&["https://example.com/__clerk"], test(), false, false),
            (&["http://127.0.0.1:4000"], local(), false, true),
            (&["http://127.0.0.1:4001"], local(), false, false),
            (&["http://localhost:4000"], local(), false, false),
        ] {
            let issuers: Vec<String> = issuers.iter().map(|issuer| (*issuer).to_owned()).collect();
            let problem = contradiction(&issuers, &key, proxied);
            assert_eq!(problem.is_none(), fits, "{issuers:?} beside {key:?}: {problem:?}");
        }
        let told = contradiction(&[other.to_owned()], &live(), false).unwrap_or_default();
        assert!(told.contains(other) && told.contains(ours), "{told}");
    }
}
