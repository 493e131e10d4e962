//! Derives the URL of protected resource metadata from the resource (RFC 9728).
//!
//! Uses only the configuration, never the request.

use std::sync::Arc;

use reqwest::Url;

/// A protected resource, and the authorization server that issues its tokens. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Resource(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    identifier: String,
    metadata_path: String,
    metadata_url: String,
    issuer: String,
    issuer_metadata_url: String,
}

impl Resource {
    /// Takes each URL as it is written and as it was parsed: what is published is the text that
    /// the operator wrote, because clients compare it as an exact string.
    pub(crate) fn new(identifier: &str, url: &Url, issuer: &str, issuer_url: &Url) -> Self {
        let metadata_path = well_known_path("oauth-protected-resource", url);
        let issuer_path = well_known_path("oauth-authorization-server", issuer_url);
        Self(Arc::new(Parts {
            identifier: identifier.to_owned(),
            metadata_url: format!("{}{metadata_path}", url.origin().ascii_serialization()),
            metadata_path,
            issuer: issuer.to_owned(),
            issuer_metadata_url: format!(
                "{}{issuer_path}",
                issuer_url.origin().ascii_serialization()
            ),
        }))
    }

    /// The resource, as clients name it.
    pub(crate) fn identifier(&self) -> &str {
        &self.0.identifier
    }

    /// Where its metadata stands (RFC 9728 §3.1).
    pub(crate) fn metadata_url(&self) -> &str {
        &self.0.metadata_url
    }

    /// The path of the same URL.
    pub(crate) fn metadata_path(&self) -> &str {
        &self.0.metadata_path
    }

    /// The authorization server, as tokens name it.
    pub(crate) fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Where the authorization server's own metadata stands (RFC 8414 §3.1).
    pub(crate) fn issuer_metadata_url(&self) -> &str {
        &self.0.issuer_metadata_url
    }
}

/// The well-known part goes between host and path; a path of one slash is none (RFC 9728 §3.1,
/// RFC 8414 §3.1).
fn well_known_path(name: &str, url: &Url) -> String {
    let path = if url.path() == "/" { "" } else { url.path() };
    format!("/.well-known/{name}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_part_stands_between_host_and_path() {
        let table = [
            ("https://a.example", "https://a.example/.well-known/oauth-protected-resource"),
            ("https://a.example/", "https://a.example/.well-known/oauth-protected-resource"),
            ("https://a.example/mcp", "https://a.example/.well-known/oauth-protected-resource/mcp"),
            (
                "https://a.example:8443/v1/mcp/",
                "https://a.example:8443/.well-known/oauth-protected-resource/v1/mcp/",
            ),
            ("http://[::1]:3000/mcp", "http://[::1]:3000/.well-known/oauth-protected-resource/mcp"),
        ];
        let issuer = "https://clerk.example.com/proxy";
        for (identifier, metadata_url) in table {
            let [url, issuer_url] = [identifier, issuer].map(|url| Url::parse(url).unwrap());
            let resource = Resource::new(identifier, &url, issuer, &issuer_url);
            assert_eq!(resource.metadata_url(), metadata_url);
            assert!(metadata_url.ends_with(resource.metadata_path()), "{metadata_url}");
            assert_eq!(resource.identifier(), identifier);
            assert_eq!(
                resource.issuer_metadata_url(),
                "https://clerk.example.com/.well-known/oauth-authorization-server/proxy"
            );
        }
    }
}
