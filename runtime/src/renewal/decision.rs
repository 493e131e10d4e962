//! Which way a page takes to a session: pure decisions over what is known of site, request and
//! cookies.
//!
//! The order is that of Clerk's SDK, but only for a page that asked a guard.

use super::{
    page_request::PageRequest,
    public_url::{DEV_BROWSER, SYNCED},
};
use crate::{
    request::cookie::{CookieError, CookieSet, leading_integer},
    response::recovery::Recovery,
};

/// What kind of site the pages are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SiteKind {
    pub(crate) is_production: bool,
    /// It takes over the session of a primary domain.
    pub(crate) is_satellite: bool,
}

/// Where the browser is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Handshake,
    SignIn,
    SyncAtPrimary,
    ReturnToSatellite,
}

impl Step {
    /// As the log has it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::SignIn => "sign-in",
            Self::SyncAtPrimary => "primary-domain",
            Self::ReturnToSatellite => "satellite-domain",
        }
    }
}

/// What must happen before the session cookie counts. `satellite_waits` tells whether the URL names
/// a satellite domain of the configuration.
pub(crate) fn sync_first(
    site: SiteKind,
    page: &PageRequest,
    cookies: &CookieSet,
    satellite_waits: impl FnOnce() -> bool,
) -> Option<CookieError> {
    if !page.may_redirect() {
        return None;
    }
    let SiteKind { is_production, is_satellite } = site;
    if is_satellite && page.url.parameter(SYNCED).as_deref() == Some("false") {
        return Some(CookieError::SatelliteSync);
    }
    if is_production || is_satellite && is_first_visit(page, cookies) {
        return None;
    }
    if !is_satellite && satellite_waits() {
        return Some(CookieError::PrimarySync);
    }
    page.url.parameter(DEV_BROWSER).map(|_| CookieError::DevBrowserSync)
}

/// The next step of a page whose session was rejected; `None` leaves the rejection as it is.
pub(crate) fn next_step(
    recovery: Recovery,
    site: SiteKind,
    page: &PageRequest,
    cookies: &CookieSet,
) -> Option<Step> {
    if !page.may_redirect() {
        return None;
    }
    Some(match recovery {
        Recovery::Refresh | Recovery::Handshake => Step::Handshake,
        Recovery::SignIn if lacks_dev_browser(site, page, cookies) => Step::Handshake,
        Recovery::SignIn => Step::SignIn,
        Recovery::SyncWithPrimary if site.is_production => Step::Handshake,
        Recovery::SyncWithPrimary => Step::SyncAtPrimary,
        Recovery::ReturnToSatellite => Step::ReturnToSatellite,
    })
}

/// A development instance keeps its sessions in a development browser, which a handshake makes.
pub(crate) fn lacks_dev_browser(site: SiteKind, page: &PageRequest, cookies: &CookieSet) -> bool {
    let is_first_visit = site.is_satellite && is_first_visit(page, cookies);
    !site.is_production && cookies.dev_browser.is_none() && !is_first_visit
}

/// A satellite domain without cookies asks its primary domain only after a sign-in.
fn is_first_visit(page: &PageRequest, cookies: &CookieSet) -> bool {
    let is_signed_out = leading_integer(cookies.client_uat.as_deref()) == 0;
    let is_synced = page.url.parameter(SYNCED).as_deref() == Some("true");
    cookies.session.is_none() && is_signed_out && !is_synced
}

#[cfg(test)]
mod tests {
    use http::Uri;

    use super::*;
    use crate::renewal::{page_request::RequestKind, public_url::PublicUrl};

    const PRODUCTION: SiteKind = SiteKind { is_production: true, is_satellite: false };
    const DEVELOPMENT: SiteKind = SiteKind { is_production: false, is_satellite: false };
    const SATELLITE: SiteKind = SiteKind { is_production: true, is_satellite: true };
    const DEV_SATELLITE: SiteKind = SiteKind { is_production: false, is_satellite: true };

    fn page(kind: RequestKind, redirects: Option<u8>, target: &'static str) -> PageRequest {
        let origin = "https://app.example.com".to_owned();
        PageRequest {
            url: PublicUrl::new(origin, &Uri::from_static(target)).unwrap(),
            kind,
            redirects,
        }
    }

    fn navigation(target: &'static str) -> PageRequest {
        page(RequestKind::Navigation, Some(0), target)
    }

    fn cookies(text: &[(&str, &str)]) -> CookieSet {
        let cookie = |name| {
            text.iter().find(|(found, _)| *found == name).map(|(_, value)| (*value).to_owned())
        };
        CookieSet {
            session: cookie("session"),
            client_uat: cookie("uat"),
            dev_browser: cookie("dev"),
            is_suffixed: false,
        }
    }

    #[test]
    fn step_follows_from_recovery_and_site() {
        use Recovery::{Handshake, Refresh, ReturnToSatellite, SignIn, SyncWithPrimary};
        let (none, dev) = (cookies(&[]), cookies(&[("dev", "d")]));
        for (recovery, site, target, cookies, expected) in [
            (Refresh, PRODUCTION, "/", &none, Step::Handshake),
            (Handshake, PRODUCTION, "/", &none, Step::Handshake),
            (SignIn, PRODUCTION, "/", &none, Step::SignIn),
            (SignIn, DEVELOPMENT, "/", &none, Step::Handshake),
            (SignIn, DEVELOPMENT, "/", &dev, Step::SignIn),
            (SignIn, SATELLITE, "/", &none, Step::SignIn),
            (SignIn, DEV_SATELLITE, "/", &none, Step::SignIn),
            (SignIn, DEV_SATELLITE, "/?__clerk_synced=true", &none, Step::Handshake),
            (SyncWithPrimary, SATELLITE, "/", &none, Step::Handshake),
            (SyncWithPrimary, DEV_SATELLITE, "/", &none, Step::SyncAtPrimary),
            (ReturnToSatellite, DEVELOPMENT, "/", &dev, Step::ReturnToSatellite),
        ] {
            let step = next_step(recovery, site, &navigation(target), cookies);
            assert_eq!(step, Some(expected), "{recovery:?} {site:?} {target}");
        }
    }

    #[test]
    fn only_a_navigation_with_redirects_left_is_redirected() {
        for recovery in [
            Recovery::Refresh,
            Recovery::Handshake,
            Recovery::SignIn,
            Recovery::SyncWithPrimary,
            Recovery::ReturnToSatellite,
        ] {
            for page in [
                page(RequestKind::Navigation, None, "/?__clerk_synced=false&__clerk_db_jwt=d"),
                page(RequestKind::SameOrigin, Some(0), "/?__clerk_db_jwt=d"),
                page(RequestKind::Other, Some(0), "/?__clerk_redirect_url=x"),
            ] {
                for site in [PRODUCTION, DEVELOPMENT, SATELLITE, DEV_SATELLITE] {
                    let none = cookies(&[]);
                    assert_eq!(next_step(recovery, site, &page, &none), None);
                    assert_eq!(sync_first(site, &page, &none, || true), None);
                }
            }
        }
    }

    #[test]
    fn sync_comes_before_the_session() {
        use CookieError::{DevBrowserSync, PrimarySync, SatelliteSync};
        let (none, out) = (cookies(&[]), cookies(&[("uat", "0")]));
        let signed_in = cookies(&[("session", "s"), ("uat", "1"), ("dev", "d")]);
        for (site, target, cookies, expected) in [
            (PRODUCTION, "/?__clerk_db_jwt=d", &signed_in, None),
            (PRODUCTION, "/?__clerk_redirect_url=https://b.example", &signed_in, None),
            (PRODUCTION, "/?__clerk_synced=false", &none, None),
            (DEVELOPMENT, "/", &none, None),
            (DEVELOPMENT, "/?__clerk_db_jwt=d", &signed_in, Some(DevBrowserSync)),
            (DEVELOPMENT, "/?__clerk_db_jwt=", &signed_in, None),
            (
                DEVELOPMENT,
                "/?__clerk_redirect_url=https://b.example&__clerk_db_jwt=d",
                &none,
                Some(PrimarySync),
            ),
            (DEVELOPMENT, "/?__clerk_redirect_url=x&__clerk_db_jwt=d", &none, Some(DevBrowserSync)),
            (DEVELOPMENT, "/?__clerk_redirect_url=x", &signed_in, None),
            (SATELLITE, "/", &none, None),
            (SATELLITE, "/?__clerk_synced=false", &none, Some(SatelliteSync)),
            (SATELLITE, "/?__clerk_synced=false", &signed_in, Some(SatelliteSync)),
            (SATELLITE, "/?__clerk_synced=true", &out, None),
            (DEV_SATELLITE, "/?__clerk_synced=false", &none, Some(SatelliteSync)),
            (DEV_SATELLITE, "/?__clerk_db_jwt=d", &out, None),
            (DEV_SATELLITE, "/?__clerk_db_jwt=d&__clerk_synced=true", &out, Some(DevBrowserSync)),
            (DEV_SATELLITE, "/?__clerk_redirect_url=https://b.example", &signed_in, None),
        ] {
            let waits = || target.contains("redirect_url=https://b.example");
            let found = sync_first(site, &navigation(target), cookies, waits);
            assert_eq!(found, expected, "{site:?} {target}");
        }
    }
}
