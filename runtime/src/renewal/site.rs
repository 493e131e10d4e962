//! The settings of a site, and what its requests share.

use std::sync::atomic::{AtomicBool, Ordering};

use quick_cache::sync::Cache;
use reqwest::Url;

use super::{
    bound_return::ReturnKey, decision::SiteKind, directive::DirectiveRules, origins::Origins,
    public_url::PublicUrl, refresh::Refresher,
};
use crate::{
    clerk::Clerk,
    error::{ErrorKind, TokenError},
    identity::{Identity, SessionToken},
    token::TokenType,
    verify::Fingerprint,
};

/// Nonces of which is known that they were used.
const MOST_NONCES: usize = 4096;

pub(crate) struct Site {
    pub(crate) clerk: Clerk,
    pub(crate) kind: SiteKind,
    pub(crate) origins: Origins,
    /// The Frontend API as browsers reach it.
    pub(crate) frontend_api: Url,
    /// A path of this site, or a URL.
    pub(crate) sign_in_url: String,
    /// Origins that may take over the development browser of this site.
    pub(crate) satellites: Vec<String>,
    pub(crate) return_key: ReturnKey,
    pub(crate) refresher: Refresher,
    nonces: Cache<Fingerprint, ()>,
    notes: Notes,
}

/// What was logged: requests can cause one event each, not a flood.
#[derive(Default)]
struct Notes {
    origin: AtomicBool,
    clerk: AtomicBool,
    late_guard: AtomicBool,
}

impl Site {
    pub(crate) fn new(
        clerk: Clerk,
        kind: SiteKind,
        origins: Origins,
        urls: (Url, String),
        satellites: Vec<String>,
    ) -> Option<Self> {
        let (frontend_api, sign_in_url) = urls;
        Some(Self {
            kind,
            origins,
            frontend_api,
            sign_in_url,
            satellites,
            return_key: ReturnKey::new(clerk.sessions().secret())?,
            refresher: Refresher::new(clerk.sessions().deadline())?,
            nonces: Cache::new(MOST_NONCES),
            notes: Notes::default(),
            clerk,
        })
    }

    /// Whether a nonce comes for the first time.
    pub(super) fn is_new_nonce(&self, nonce: &str) -> bool {
        let mut is_new = false;
        let insert = || {
            is_new = true;
            Ok::<_, std::convert::Infallible>(())
        };
        let Ok(()) = self.nonces.get_or_insert_with(&Fingerprint::of(nonce.as_bytes()), insert);
        is_new
    }

    pub(super) fn note_other_origin(&self) {
        if !self.notes.origin.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a page was asked for at a host that is not an origin of this site, or below a path \
                 with parameters, so nothing is renewed; set `PagesBuilder::origins`, or \
                 `trust_forwarded` behind a proxy, and put the layer around the outermost router"
            );
        }
    }

    pub(super) fn note_other_clerk(&self) {
        if !self.notes.clerk.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a guard has another `Clerk` than the pages around it, so nothing is renewed; give \
                 `PagesLayer::builder` a clone of the guard's `Clerk`, or derive both from one by \
                 `Clerk::with`"
            );
        }
    }

    pub(super) fn note_late_guard(&self) {
        if !self.notes.late_guard.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "a guard ran when the head of its page was sent already, so the session cannot be \
                 renewed, and caches are not told that the page depends on it; put a `ClerkLayer` \
                 with an optional policy around pages that are streamed"
            );
        }
    }

    /// The host of the Frontend API that sets cookies here. A satellite domain has one of its own; a
    /// proxy has none, and its cookies are those of the host behind it.
    pub(super) fn frontend_api_host(&self) -> &str {
        let instance = self.clerk.cookies().instance.as_ref().filter(|_| !self.kind.is_satellite);
        let own = || self.frontend_api.host_str().unwrap_or_default();
        instance.map_or_else(own, |instance| &instance.frontend_api)
    }

    /// Where sign-in pages of the site are, for a page of it.
    pub(super) fn sign_in_url(&self, page: &PublicUrl) -> Option<Url> {
        Url::parse(&page.origin).ok()?.join(&self.sign_in_url).ok()
    }
}

/// The rules for cookies that are set for this host.
pub(super) fn directive_rules<'r>(
    clerk: &'r Clerk,
    host: &'r str,
    frontend_api: &'r str,
) -> Option<DirectiveRules<'r>> {
    let instance = clerk.cookies().instance.as_ref()?;
    let (suffix, secure) = (&instance.suffix, instance.production);
    Some(DirectiveRules { suffix, host, frontend_api, secure })
}

/// The session of a token that passes all rules for session cookies. It can be pending: each policy
/// decides about that.
pub(super) async fn verified_session(
    clerk: &Clerk,
    token: &str,
) -> Result<SessionToken, ErrorKind> {
    let verified = clerk.verifier().verify_session_cookie(token.as_bytes()).await;
    match verified.map_err(|rejected| rejected.failure)?.identity {
        Identity::Session(session) => Ok(session),
        _ => Err(TokenError::NotAccepted(TokenType::SessionToken).into()),
    }
}
