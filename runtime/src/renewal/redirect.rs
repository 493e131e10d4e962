//! Builds the URLs that a browser is sent to. Each is of the configuration; a request only adds
//! parameters.

use http::HeaderValue;
use reqwest::Url;

use super::{
    decision::Step,
    directive::sensitive,
    page_request::PageRequest,
    public_url::{DEV_BROWSER, PublicUrl, RETURN_TO_SATELLITE, STATE, SYNCED},
    site::Site,
};
use crate::{request::cookie::CookieSet, token::Decoded, verify::API_VERSION};

/// A redirect of a page that asked a guard.
pub(super) struct Target<'r> {
    pub(super) site: &'r Site,
    pub(super) page: &'r PageRequest,
    pub(super) cookies: &'r CookieSet,
    pub(super) reason: &'r str,
    /// What the URL to return to holds if the redirect is a handshake.
    pub(super) state: &'r str,
    /// Whether a satellite domain takes over the session of its primary domain.
    pub(super) is_sync: bool,
}

impl Target<'_> {
    /// The value of `Location`; `None` if there is no place to go to.
    pub(super) fn location(&self, step: Step) -> Option<HeaderValue> {
        let url = match step {
            Step::Handshake => self.handshake(),
            Step::SignIn => self.sign_in()?,
            Step::SyncAtPrimary => self.sync_at_primary()?,
            Step::ReturnToSatellite => self.return_to_satellite()?,
        };
        sensitive(url.as_str())
    }

    fn handshake(&self) -> Url {
        let Self { site, page, cookies, reason, state, is_sync } = self;
        let mut url = site.frontend_api.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["v1", "client", "handshake"]);
        }
        let page_url = page.url.clean();
        let page_url = if *is_sync { with_parameter(&page_url, SYNCED, "true") } else { page_url };
        let page_url = with_parameter(&page_url, STATE, state);
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("redirect_url", &page_url)
                .append_pair("__clerk_api_version", API_VERSION)
                .append_pair("suffixed_cookies", if cookies.is_suffixed { "true" } else { "false" })
                .append_pair("__clerk_hs_reason", reason)
                .append_pair("format", "nonce");
            if let Some(token) = cookies.session.as_ref().filter(|it| is_jwt(it)) {
                query.append_pair("__session", token);
            }
            if let Some(dev_browser) = self.dev_browser() {
                query.append_pair(DEV_BROWSER, &dev_browser);
            }
        }
        url
    }

    /// Never the page that was asked for.
    fn sign_in(&self) -> Option<Url> {
        let Self { site, page, .. } = self;
        let mut url = site.sign_in_url(&page.url).filter(|url| !page.url.is_page_of(url))?;
        let page_url = page.url.clean();
        let page_url = if site.kind.is_satellite {
            with_parameter(&page_url, SYNCED, "false")
        } else {
            page_url
        };
        let is_other_origin = url.origin().ascii_serialization() != page.url.origin;
        url.query_pairs_mut().append_pair("redirect_url", &page_url);
        // Another origin has no cookies of this one: its pages would start a new browser.
        if let Some(dev_browser) = self.dev_browser().filter(|_| is_other_origin) {
            url.query_pairs_mut().append_pair(DEV_BROWSER, &dev_browser);
        }
        Some(url)
    }

    fn sync_at_primary(&self) -> Option<Url> {
        let mut url = self.site.sign_in_url(&self.page.url)?;
        url.query_pairs_mut().append_pair(RETURN_TO_SATELLITE, &self.page.url.clean());
        Some(url)
    }

    fn return_to_satellite(&self) -> Option<Url> {
        let mut url = satellite_page(self.site, self.page)?;
        if let Some(dev_browser) = &self.cookies.dev_browser {
            url.query_pairs_mut().append_pair(DEV_BROWSER, dev_browser);
        }
        Some(url)
    }

    /// The development browser that the URL brings, else that of the cookies.
    fn dev_browser(&self) -> Option<String> {
        let of_url = || self.page.url.parameter(DEV_BROWSER);
        let is_development = !self.site.kind.is_production;
        is_development.then(|| of_url().or_else(|| self.cookies.dev_browser.clone()))?
    }
}

/// The page of a satellite domain that waits for this page. Only one of the configuration: what
/// leads there carries a credential.
pub(super) fn satellite_page(site: &Site, page: &PageRequest) -> Option<Url> {
    let wanted = page.url.parameter(RETURN_TO_SATELLITE)?;
    let url = Url::parse(&wanted).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    let origin = url.origin().ascii_serialization();
    let is_satellite = is_plain && site.satellites.contains(&origin);
    let uri = is_satellite.then(|| url.as_str().parse::<http::Uri>().ok())??;
    let url = PublicUrl::new(origin, &uri)?.clean();
    Url::parse(&with_parameter(&url, SYNCED, "true")).ok()
}

/// Nothing else of a cookie enters a URL.
fn is_jwt(text: &str) -> bool {
    matches!(Decoded::from_text(text.as_bytes()), Ok(Decoded::Jwt(_)))
}

fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{name}={value}")
}
