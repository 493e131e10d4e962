//! Settings in, a [`PagesLayer`] that is ready out. Whatever is wrong is said here, at start.

use std::sync::Arc;

use reqwest::Url;

use super::PagesLayer;
use crate::{
    clerk::{Clerk, ConfigError, authorized_party, is_plain_http, quote},
    renewal::{decision::SiteKind, origins::Origins, site::Site},
};

/// Settings of a [`PagesLayer`]. Nothing is checked before [`build`](Self::build).
#[derive(Clone, Debug)]
#[must_use = "settings do nothing before `build`"]
pub struct PagesBuilder {
    clerk: Clerk,
    sign_in_url: Option<String>,
    origins: Vec<String>,
    is_satellite: bool,
    satellites: Vec<String>,
    trusts_forwarded: bool,
}

impl PagesBuilder {
    pub(super) fn new(clerk: Clerk) -> Self {
        Self {
            clerk,
            sign_in_url: None,
            origins: Vec::new(),
            is_satellite: false,
            satellites: Vec::new(),
            trusts_forwarded: false,
        }
    }

    /// Sets the sign-in page: a path of this site such as `/sign-in`, or a URL. Defaults to the
    /// account portal of the instance.
    pub fn sign_in_url(mut self, url: impl Into<String>) -> Self {
        self.sign_in_url = Some(url.into());
        self
    }

    /// Sets the origins of this site, as browsers write them. A request for another host is never
    /// redirected, and its session is never refreshed. Defaults to the
    /// [`authorized_parties`](crate::ClerkBuilder::authorized_parties); without these, a development
    /// instance serves pages on loopback.
    pub fn origins<I>(mut self, origins: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.origins = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Makes this site a satellite domain, which takes over the session of a primary domain.
    ///
    /// In production, set [`frontend_api_url`](crate::ClerkBuilder::frontend_api_url) to
    /// `https://clerk.` and the satellite domain, and list two
    /// [`issuers`](crate::ClerkBuilder::issuers): that of the primary domain, such as
    /// `https://clerk.example.com`, and that of the satellite domain, such as
    /// `https://clerk.satellite.example`. Sessions can have either one.
    pub fn satellite(mut self) -> Self {
        self.is_satellite = true;
        self
    }

    /// Lists the origins of the satellite domains of this site. Only these may take over the
    /// development browser of a development instance.
    pub fn satellites<I>(mut self, origins: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.satellites = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Reads host and scheme from `X-Forwarded-Host` and `X-Forwarded-Proto`, and tells Clerk the
    /// address in `X-Forwarded-For`. Only if a proxy sets these fields, and removes those of callers.
    pub fn trust_forwarded(mut self) -> Self {
        self.trusts_forwarded = true;
        self
    }

    /// Checks the settings and makes the layer.
    ///
    /// # Errors
    /// If the instance is not known, an origin is not one or is at the host of no authorized party, or
    /// the sign-in page cannot be one.
    pub fn build(self) -> Result<PagesLayer, ConfigError> {
        let Self { clerk, origins, satellites, is_satellite, trusts_forwarded, .. } = self;
        for (setting, list) in [("origins", &origins), ("satellites", &satellites)] {
            for origin in list {
                web_origin(origin).map_err(|problem| ConfigError::new(setting, problem))?;
            }
        }
        let (Some(instance), Some(frontend_api)) =
            (&clerk.cookies().instance, clerk.frontend_api().cloned())
        else {
            let problem = "pages need it: it tells the names of cookies and the Frontend API";
            return Err(ConfigError::new("CLERK_PUBLISHABLE_KEY", problem));
        };
        let is_plain = |origin: &&String| instance.production && is_plain_http(origin);
        if let Some(origin) = origins.iter().find(is_plain) {
            let problem = "cannot use a production instance; write `https://`";
            return Err(ConfigError::new("origins", format!("{} {problem}", quote(origin))));
        }
        let parties = &clerk.cookies().authorized_parties;
        if let Some(origin) = origins.iter().find(|origin| !is_host_of_one(origin, parties)) {
            let problem = "is at the host of no authorized party, so each of its sessions is \
                           rejected; add it to CLERK_AUTHORIZED_PARTIES";
            return Err(ConfigError::new("origins", format!("{} {problem}", quote(origin))));
        }
        let kind = SiteKind { is_production: instance.production, is_satellite };
        let sign_in_url = match self.sign_in_url {
            Some(url) => {
                sign_in_url(&url, kind).map_err(|it| ConfigError::new("sign_in_url", it))?
            }
            None if is_satellite => {
                let problem = "a satellite domain signs in at its primary domain; set its URL";
                return Err(ConfigError::new("sign_in_url", problem));
            }
            None => account_portal(&instance.frontend_api),
        };
        let own = if origins.is_empty() {
            parties.iter().filter(|party| web_origin(party).is_ok()).cloned().collect()
        } else {
            origins
        };
        if own.is_empty() && kind.is_production {
            tracing::warn!(
                "pages are not renewed, because the origins of this site are not known; set \
                 `PagesBuilder::origins` or CLERK_AUTHORIZED_PARTIES"
            );
        }
        let origins = Origins { own, loopback: !kind.is_production, trusts_forwarded };
        let site = Site::new(clerk, kind, origins, (frontend_api, sign_in_url), satellites);
        let problem = "the system gives no random bytes for a key";
        let site = site.ok_or_else(|| ConfigError::new("pages", problem))?;
        Ok(PagesLayer { site: Arc::new(site) })
    }
}

/// The `azp` of a session is the origin of a page of its host: cookies have no port.
fn is_host_of_one(origin: &str, parties: &[String]) -> bool {
    let host = |origin: &str| Url::parse(origin).ok()?.host_str().map(ToOwned::to_owned);
    parties.is_empty() || parties.iter().any(|party| host(party) == host(origin))
}

fn web_origin(origin: &str) -> Result<(), String> {
    authorized_party(origin)?;
    if ["https://", "http://"].iter().any(|scheme| origin.starts_with(scheme)) {
        return Ok(());
    }
    Err("it is not the origin of a web page; write `https://`".into())
}

/// A path with one slash at its start, or an `http` URL without user info.
fn sign_in_url(text: &str, kind: SiteKind) -> Result<String, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_path = text.starts_with('/') && !text.starts_with("//");
    if is_plain && is_path && !kind.is_satellite {
        return Ok(text.to_owned());
    }
    let url = Url::parse(text).ok().filter(|url| {
        let is_encrypted = url.scheme() == "https";
        let is_web = is_encrypted || url.scheme() == "http" && !kind.is_production;
        is_web && url.username().is_empty() && url.password().is_none()
    });
    match url {
        Some(_) if is_plain => Ok(text.to_owned()),
        _ if kind.is_satellite => Err("it must be a URL of the primary domain".into()),
        _ => Err("it must be a path such as `/sign-in`, or an `https://` URL".into()),
    }
}

/// The hosted sign-in page stands beside the Frontend API.
fn account_portal(frontend_api: &str) -> String {
    let is_shared = frontend_api.contains("clerk.accounts.");
    let of_api = if is_shared { "clerk.accounts." } else { "clerk." };
    format!("https://{}/sign-in", frontend_api.replacen(of_api, "accounts.", 1))
}
