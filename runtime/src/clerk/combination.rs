//! Checks settings that are good alone and never match beside each other.

use reqwest::Url;

use super::{
    ConfigError,
    redact::quote,
    settings::{PublishableKey, issuer, origin},
};

pub(super) struct Combination<'s> {
    pub(super) publishable: Option<&'s PublishableKey>,
    /// A key of any kind is for production.
    pub(super) production: bool,
    pub(super) api_url: Option<&'s Url>,
    pub(super) frontend_api: Option<&'s Url>,
    /// The Frontend API has a URL of its own, so a proxy can name itself as the issuer.
    pub(super) proxied: bool,
    pub(super) issuers: &'s [String],
    pub(super) authorized_parties: &'s [String],
    /// A test's stand-in plays production on this machine.
    pub(super) is_test: bool,
}

impl Combination<'_> {
    pub(super) fn check(&self, error: &mut ConfigError) {
        if let Some(key) = self.publishable {
            self.check_key(key, error);
        } else if self.production && !error.is_about("CLERK_ISSUER") {
            let of_development = |issuer: &&String| issuer.ends_with(".clerk.accounts.dev");
            for issuer in self.issuers.iter().filter(of_development) {
                let problem =
                    "is of a development instance, and CLERK_SECRET_KEY is for production";
                error.add("CLERK_ISSUER", format!("{} {problem}", quote(issuer)));
            }
        }
        // The cookies of a production instance have the attribute `Secure`.
        let plain = |party: &&String| self.production && origin::is_plain_http(party);
        for party in self.authorized_parties.iter().filter(plain) {
            let problem = "cannot use a production instance; write `https://`";
            error.add("CLERK_AUTHORIZED_PARTIES", format!("{} {problem}", quote(party)));
        }
    }

    fn check_key(&self, key: &PublishableKey, error: &mut ConfigError) {
        let urls = [("CLERK_API_URL", self.api_url), ("frontend_api_url", self.frontend_api)];
        for (setting, url) in urls {
            let plain = url.is_some_and(|url| url.scheme() == "http");
            if key.production && plain && !self.is_test {
                let problem = "an `http://` URL is for development; CLERK_PUBLISHABLE_KEY is not";
                error.add(setting, problem);
            }
        }
        if self.api_url.is_some_and(|url| url.authority() == key.frontend_api) {
            let problem = "it is the Frontend API of CLERK_PUBLISHABLE_KEY; leave it unset";
            error.add("CLERK_API_URL", problem);
        }
        if let Some(url) = self.frontend_api.filter(|_| self.proxied) {
            let is_document = url.authority() == key.frontend_api && url.path() != "/";
            let is_of_development = url.authority().ends_with(".clerk.accounts.dev");
            if is_document || is_of_development && url.authority() != key.frontend_api {
                let problem = "is not the Frontend API of CLERK_PUBLISHABLE_KEY; leave it unset";
                error.add("frontend_api_url", format!("{} {problem}", quote(url.as_str())));
            }
        }
        let contradiction = issuer::contradiction(self.issuers, key, self.proxied);
        if let Some(problem) = contradiction.filter(|_| !error.is_about("CLERK_ISSUER")) {
            error.add("CLERK_ISSUER", problem);
        }
    }
}
