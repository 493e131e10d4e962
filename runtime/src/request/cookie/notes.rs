//! What is logged once about cookies, if the configuration is not what their front end needs.

use std::sync::atomic::{AtomicBool, Ordering};

use http::{HeaderMap, HeaderValue, header::COOKIE};

/// Which notes were logged. Callers can cause one event each, not a flood.
#[derive(Debug, Default)]
pub(crate) struct CookieNotes {
    suffixed: AtomicBool,
    parties: AtomicBool,
}

impl CookieNotes {
    /// The caller has a session cookie with a suffix, and no key says which suffix is ours.
    pub(crate) fn no_publishable_key(&self, headers: &HeaderMap) {
        if !self.suffixed.load(Ordering::Relaxed)
            && has_suffixed_session(headers)
            && is_first(&self.suffixed)
        {
            tracing::warn!(
                "a session cookie with a suffix is not read, because the publishable key is not \
                 known; set CLERK_PUBLISHABLE_KEY"
            );
        }
    }

    /// A production route accepts sessions of every front end.
    pub(crate) fn no_authorized_parties(&self) {
        if is_first(&self.parties) {
            tracing::warn!(
                "session tokens are accepted whichever origin they were issued for; set \
                 CLERK_AUTHORIZED_PARTIES to the origins of your front ends"
            );
        }
    }
}

fn is_first(logged: &AtomicBool) -> bool {
    !logged.swap(true, Ordering::Relaxed)
}

/// The suffix has eight characters of base64url.
fn has_suffixed_session(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    fields.flat_map(|field| field.split(|byte| *byte == b';')).any(|cookie| {
        let suffix = cookie.trim_ascii().strip_prefix(b"__session_");
        suffix.is_some_and(|rest| rest.iter().position(|byte| *byte == b'=') == Some(8))
    })
}
