//! The publishable key and the issuers in, the names and issuers of the instance's cookies out.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// The instance whose cookies are read.
#[derive(Debug)]
pub(crate) struct CookieInstance {
    /// The host of the Frontend API that the publishable key names.
    pub(crate) frontend_api: String,
    /// Hosts that issue the tokens of satellite domains.
    satellites: Vec<String>,
    pub(crate) suffix: String,
    pub(crate) production: bool,
}

impl CookieInstance {
    pub(crate) fn new(publishable_key: &str, frontend_api: String, production: bool) -> Self {
        let suffix = suffix(publishable_key);
        Self { frontend_api, satellites: Vec::new(), suffix, production }
    }

    /// Takes the issuers beside that of the publishable key for those of satellite domains. Without
    /// that one, they are of a proxy, whose cookies name another host.
    pub(crate) fn with_issuers(mut self, issuers: &[String]) -> Self {
        let hosts = || issuers.iter().map(|issuer| without_scheme(issuer));
        if hosts().any(|host| host == self.frontend_api) {
            self.satellites = hosts().map(ToOwned::to_owned).collect();
        }
        self
    }

    /// Whether tokens of this instance name the host in `iss`, behind the scheme.
    pub(super) fn issues_at(&self, host: &str) -> bool {
        host == self.frontend_api || self.satellites.iter().any(|known| known == host)
    }
}

/// The suffix is made of the whole publishable key as it is written, padding included.
pub(crate) fn suffix(publishable_key: &str) -> String {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, publishable_key.as_bytes());
    let mut suffix = URL_SAFE_NO_PAD.encode(hash);
    suffix.truncate(8);
    suffix
}

pub(super) fn without_scheme(issuer: &str) -> &str {
    let host = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
    host.unwrap_or(issuer)
}
