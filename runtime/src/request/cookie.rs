//! Request headers in, the session token of a cookie out, if a cookie speaks for the caller.
//!
//! Clerk's front ends keep two sets of cookies: one by plain names, one with a suffix that is
//! made of the publishable key, so that several instances can live on one domain. The choice
//! between them looks at tokens that are not verified yet: it only selects what is verified.

mod instance;
mod notes;
mod overlay;
#[cfg(test)]
mod tests;
mod unverified;

use http::{
    HeaderMap, HeaderValue, Method,
    header::{COOKIE, HOST, ORIGIN, UPGRADE},
    request::Parts,
};
use memchr::memchr;
use percent_encoding::percent_decode;

#[cfg(feature = "testing")]
pub(crate) use self::instance::suffix;
pub(crate) use self::{instance::CookieInstance, overlay::overlay, unverified::is_older};
use self::{
    notes::CookieNotes,
    unverified::{claims, is_over, issued_at, issuer_host, number},
};
use super::field::{SEC_FETCH_SITE, single_field};
use crate::clock::{UnixMillis, whole};

/// What must be known of the instance to choose and judge its cookies.
#[derive(Debug, Default)]
pub(crate) struct CookieRules {
    /// From the publishable key: without one, only plain names are read.
    pub(crate) instance: Option<CookieInstance>,
    /// Front ends that may send a cookie from another site.
    pub(crate) authorized_parties: Vec<String>,
    pub(crate) notes: CookieNotes,
}

/// A set of cookies that is no sign of a session that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CookieError {
    #[error("`__client_uat` says that no user is signed in, but there is a session cookie")]
    NoClientUat,
    #[error("`__client_uat` says that a user is signed in, but there is no session cookie")]
    NoSession,
    #[error("the session cookie is older than the last change of who is signed in")]
    Stale,
    #[error("the cookies of a development instance came without `__clerk_db_jwt`")]
    NoDevBrowser,
    #[error(
        "the URL brings the development browser of another origin, which a handshake takes over"
    )]
    DevBrowserSync,
    #[error("the satellite domain has yet to take over the session of its primary domain")]
    SatelliteSync,
    #[error("a satellite domain waits for the development browser of this primary domain")]
    PrimarySync,
}

/// A page of another site sent the request, with what the browser adds or with its own token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CrossSite {
    #[error(
        "a session cookie came with a request from an origin that is neither this host nor an \
         authorized party; if a proxy rewrites `Host`, name the origin of the front end in \
         CLERK_AUTHORIZED_PARTIES"
    )]
    Cookie,
    #[error(
        "a token in a WebSocket subprotocol came from an origin that is neither this host nor an \
         authorized party; name the origin of the front end in CLERK_AUTHORIZED_PARTIES"
    )]
    Subprotocol,
}

/// The token of a session cookie, not verified yet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SessionCookie {
    pub(crate) token: String,
    is_stale: bool,
    lacks_dev_browser: bool,
}

impl SessionCookie {
    /// What the cookies beside the token say of it.
    pub(crate) fn check(&self) -> Result<(), CookieError> {
        match self {
            Self { lacks_dev_browser: true, .. } => Err(CookieError::NoDevBrowser),
            Self { is_stale: true, .. } => Err(CookieError::Stale),
            _ => Ok(()),
        }
    }

    /// Whether it is from before the last sign-in or sign-out.
    pub(crate) const fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// When the token says that it ends; nothing has verified it.
    pub(crate) fn claimed_end(&self) -> Option<UnixMillis> {
        let seconds = claims(&self.token, |payload| number(payload, "exp"))??;
        Some(UnixMillis(whole(seconds).saturating_mul(1000)))
    }
}

impl CookieRules {
    pub(crate) fn new(instance: Option<CookieInstance>, authorized_parties: &[String]) -> Self {
        let authorized_parties = authorized_parties.to_vec();
        Self { instance, authorized_parties, notes: CookieNotes::default() }
    }

    /// The session token that the cookies carry; `None` where they speak for nobody.
    pub(crate) fn token(
        &self,
        headers: &HeaderMap,
        now: UnixMillis,
    ) -> Result<Option<SessionCookie>, CookieError> {
        let set = self.choose(headers, now);
        let client_uat = leading_integer(set.client_uat.as_deref());
        // Cookies that say nothing are no credential; the reason of all others begins with this one.
        let is_blank = set.session.is_none() && client_uat == 0;
        let development = self.instance.as_ref().is_some_and(|instance| !instance.production);
        let lacks_dev_browser = development && set.dev_browser.is_none() && !is_blank;
        let fault = |fault| if lacks_dev_browser { CookieError::NoDevBrowser } else { fault };
        let token = match (set.session, client_uat) {
            (None, 0) => return Ok(None),
            (None, _) => return Err(fault(CookieError::NoSession)),
            (Some(_), 0) => return Err(fault(CookieError::NoClientUat)),
            (Some(token), _) => token,
        };
        let is_stale = is_older(&token, client_uat);
        Ok(Some(SessionCookie { token, is_stale, lacks_dev_browser }))
    }

    /// A cookie goes with every request of a browser, whoever made it send the request. What can
    /// change something, or stays open, must come from our own site or an authorized party.
    pub(crate) fn check_site(&self, parts: &Parts) -> Result<(), CrossSite> {
        if is_plain_read(parts) {
            return Ok(());
        }
        let origin = single_field(&parts.headers, ORIGIN);
        if origin.is_some_and(|origin| self.authorized_parties.iter().any(|party| party == origin))
        {
            return Ok(());
        }
        let own = match (single_field(&parts.headers, SEC_FETCH_SITE), origin) {
            (Some(site), _) => matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => is_own_origin(origin, parts),
            (None, None) => true,
        };
        if own { Ok(()) } else { Err(CrossSite::Cookie) }
    }

    /// Eight rules in order; the first that applies decides.
    pub(crate) fn choose(&self, headers: &HeaderMap, now: UnixMillis) -> CookieSet {
        let plain = CookieSet::read(headers, None);
        let Some(instance) = &self.instance else {
            if plain.session.is_none() {
                self.notes.no_publishable_key(headers);
            }
            return plain;
        };
        let suffixed = CookieSet::read(headers, Some(&instance.suffix));
        if let Some(session) = &plain.session {
            // A token that cannot be read, or names no issuer, is of an old front end.
            let Some(host) = claims(session, issuer_host).flatten() else { return plain };
            if !instance.issues_at(&host) {
                return suffixed;
            }
        }
        if suffixed.client_uat.is_none() && suffixed.session.is_none() {
            return plain;
        }
        let plain_out = plain.client_uat.as_deref() == Some("0");
        let suffixed_out = suffixed.client_uat.as_deref() == Some("0");
        let newer = issued_at(plain.session.as_deref()) > issued_at(suffixed.session.as_deref());
        if !suffixed_out && !plain_out && newer {
            return plain;
        }
        if suffixed_out && !plain_out {
            return plain;
        }
        if !instance.production
            && !suffixed_out
            && plain_out
            && is_over(suffixed.session.as_deref(), now)
        {
            return plain;
        }
        if suffixed.client_uat.is_none() && suffixed.session.is_some() {
            return plain;
        }
        suffixed
    }
}

/// Whether a request changes nothing and does not stay open. Each other method counts as one that
/// changes something, extension methods too.
pub(crate) fn is_plain_read(parts: &Parts) -> bool {
    let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
    is_safe && !parts.headers.contains_key(UPGRADE)
}

/// The cookies of one set. An empty value is no value.
#[derive(Debug, Default)]
pub(crate) struct CookieSet {
    pub(crate) session: Option<String>,
    pub(crate) client_uat: Option<String>,
    pub(crate) dev_browser: Option<String>,
    /// Whether the names of the set have the suffix of the instance.
    pub(crate) is_suffixed: bool,
}

impl CookieSet {
    fn read(headers: &HeaderMap, suffix: Option<&str>) -> Self {
        let cookie = |name: &str| match suffix {
            Some(suffix) => find(headers, &format!("{name}_{suffix}")),
            None => find(headers, name),
        };
        Self {
            session: cookie("__session"),
            client_uat: cookie("__client_uat"),
            dev_browser: cookie("__clerk_db_jwt"),
            is_suffixed: suffix.is_some(),
        }
    }
}

/// The first cookie of a name. The fields are split before a value is decoded: an encoded `;`
/// must not make a second cookie, and another application's odd bytes must not hide ours. A value
/// that is no text is still there, so that it is rejected and not overlooked.
pub(crate) fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    let fields = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let mut parts = fields.flat_map(|field| field.split(|byte| *byte == b';'));
    let value = parts.find_map(|part| value_of(part, name))?;
    let value = percent_decode(value).decode_utf8_lossy();
    Some(value.into_owned()).filter(|value| !value.is_empty())
}

/// The value of a cookie that is called `name`. Spaces and tabs around both are not part of them
/// (RFC 6265 §4.2.1); any other character is.
fn value_of<'c>(cookie: &'c [u8], name: &str) -> Option<&'c [u8]> {
    let equals = memchr(b'=', cookie)?;
    let (found, value) = cookie.split_at_checked(equals)?;
    let is_it = found.trim_ascii() == name.as_bytes();
    is_it.then(|| value.get(1..).unwrap_or_default().trim_ascii())
}

/// `12abc` is 12, `-1` is −1, and what begins with no number is 0: nobody is signed in.
pub(crate) fn leading_integer(text: Option<&str>) -> i64 {
    let text = text.unwrap_or_default().trim_start();
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = unsigned.split(|character: char| !character.is_ascii_digit()).next();
    // More digits than a number has room for are a time far away, so every cookie is stale.
    let number = match digits {
        None | Some("") => 0,
        Some(digits) => digits.parse().unwrap_or(i64::MAX),
    };
    if negative { -number } else { number }
}

/// Whether a page of this very host made the request. The scheme is not known behind a proxy.
fn is_own_origin(origin: &str, parts: &Parts) -> bool {
    let host = single_field(&parts.headers, HOST)
        .or_else(|| parts.uri.authority().map(http::uri::Authority::as_str));
    let Some(host) = host.filter(|host| !host.is_empty()) else { return false };
    [("https://", ":443"), ("http://", ":80")].iter().any(|(scheme, port)| {
        // Browsers leave the scheme's own port out of an origin; proxies may write it into `Host`.
        let named = host.strip_suffix(port).unwrap_or(host);
        origin.strip_prefix(scheme).is_some_and(|own| own.eq_ignore_ascii_case(named))
    })
}
