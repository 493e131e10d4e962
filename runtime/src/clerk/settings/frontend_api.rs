//! Checks the URL of a Frontend API: what the key set and handshakes are found below.

use reqwest::Url;

use super::{endpoint_url, issuer};
use crate::clerk::redact::{quote, suggest};

pub(crate) fn frontend_api_url(url: &str) -> Result<Url, String> {
    let parsed = endpoint_url(url)?;
    problem(&parsed).map_or(Ok(parsed), |problem| Err(format!("{} {problem}", quote(url))))
}

fn problem(url: &Url) -> Option<String> {
    let host = url.host_str().unwrap_or_default();
    if issuer::NO_ISSUERS.contains(&host) {
        return Some("is not a Frontend API; leave it unset and set CLERK_PUBLISHABLE_KEY".into());
    }
    if let Some(wanted) = issuer::behind_account_portal(host) {
        return Some(format!("is the Account Portal{}", suggest(&wanted)));
    }
    let canonical = issuer::canonical(url);
    let is_document = canonical != url.as_str().trim_end_matches('/');
    is_document
        .then(|| format!("is the URL of a document, not the Frontend API{}", suggest(&canonical)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_below_which_no_key_set_is_found_is_rejected_with_what_to_write() {
        for good in [
            "https://clerk.example.com",
            "https://clerk.example.com/",
            "https://example.com/__clerk",
            "https://example.com/__clerk/",
            "https://happy-cat-12.clerk.accounts.dev",
            "http://127.0.0.1:4000",
        ] {
            assert!(frontend_api_url(good).is_ok(), "{good}");
        }
        let ours = "; write \"https://clerk.example.com\"";
        for (url, told) in [
            ("https://clerk.example.com/.well-known/jwks.json", "is the URL of a document"),
            ("https://clerk.example.com/.well-known/jwks.json", ours),
            ("https://clerk.example.com/.well-known/openid-configuration", ours),
            ("https://clerk.example.com/v1/jwks", ours),
            ("https://clerk.example.com/oauth/token", ours),
            ("https://example.com/__clerk/.well-known/jwks.json", "example.com/__clerk\""),
            ("https://a-1.clerk.accounts.dev/v1", "write \"https://a-1.clerk.accounts.dev\""),
            ("https://a-1.accounts.dev", "is the Account Portal; write \"https://a-1.clerk."),
            ("https://api.clerk.com", "is not a Frontend API"),
            ("https://dashboard.clerk.com", "is not a Frontend API"),
            ("clerk.example.com", "has no scheme"),
        ] {
            let problem = frontend_api_url(url).expect_err(url);
            assert!(problem.contains(told), "{url}: {problem}");
        }
    }
}
