//! Resolves what a handshake brought back: the cookies of a session, or of a sign-out.

use http::HeaderMap;

use super::{
    directive::Directives,
    page_request::PageRequest,
    public_url::{NONCE, TOKEN},
    site::{Site, directive_rules, verified_session},
};
use crate::{error::ErrorKind, request::cookie::find};

/// Clerk's are shorter.
const LONGEST_NONCE: usize = 256;

/// What the URL or a cookie of a request brings back.
enum Brought {
    Nonce(String),
    Token(String),
}

/// The handshake that this browser started on this page.
pub(super) struct Resolved {
    /// `None` if the handshake brought nothing that may be set: the request goes on without.
    pub(super) directives: Option<Directives>,
}

/// `None` if the request brings no handshake that this browser started here: then it goes on as if
/// there were none, and Clerk is not asked.
pub(super) async fn resolve(
    site: &Site,
    page: &PageRequest,
    headers: &HeaderMap,
) -> Option<Resolved> {
    if !page.is_navigation() {
        return None;
    }
    let brought = Brought::read(page, headers)?;
    let now = site.clerk.verifier().clock.now();
    if !site.return_key.is_of(&page.url, headers, now) {
        tracing::info!("a handshake was dropped that this browser did not start here");
        return None;
    }
    Some(Resolved { directives: accepted(site, page, headers, brought).await })
}

impl Brought {
    fn read(page: &PageRequest, headers: &HeaderMap) -> Option<Self> {
        let value = |name| page.url.parameter(name).or_else(|| find(headers, name));
        value(NONCE).map(Self::Nonce).or_else(|| value(TOKEN).map(Self::Token))
    }
}

async fn accepted(
    site: &Site,
    page: &PageRequest,
    headers: &HeaderMap,
    brought: Brought,
) -> Option<Directives> {
    let texts = match brought {
        Brought::Nonce(nonce) => {
            if !(is_nonce(&nonce) && site.is_new_nonce(&nonce)) {
                return None;
            }
            site.clerk.sessions().handshake_payload(&nonce).await.ok()?
        }
        Brought::Token(token) => {
            let verifier = site.clerk.verifier();
            let now = verifier.clock.now();
            let token = verifier.jwt.verify_handshake(token.as_bytes(), &verifier.rules, now).await;
            let rejected =
                |cause: &ErrorKind| tracing::info!(%cause, "a handshake token was rejected");
            token.inspect_err(rejected).ok()?.directives
        }
    };
    let host = page.url.host();
    let directives =
        Directives::parse(&texts, &directive_rules(&site.clerk, &host, site.frontend_api_host())?);
    if directives.is_none() {
        tracing::warn!("a handshake asks for cookies that are not set; none of them is");
    }
    let directives = directives?;
    let is_sound = match directives.session_token().ok()? {
        Some(token) => verified_session(&site.clerk, token).await.is_ok(),
        None => directives.only_signs_out() && !may_be_signed_in(site, headers).await,
    };
    is_sound.then_some(directives)
}

fn is_nonce(text: &str) -> bool {
    let known =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.len() <= LONGEST_NONCE && text.bytes().all(known)
}

/// Whether the cookies of the request hold a good session, or one that cannot be checked.
async fn may_be_signed_in(site: &Site, headers: &HeaderMap) -> bool {
    let now = site.clerk.verifier().clock.now();
    let cookie = site.clerk.cookies().token(headers, now);
    let Ok(Some(cookie)) = cookie else { return false };
    let verified = verified_session(&site.clerk, &cookie.token).await;
    cookie.check().is_ok() && !matches!(verified, Err(ErrorKind::Token(_)))
}
