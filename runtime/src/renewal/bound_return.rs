//! Binds the return of a handshake to the browser that started it here.
//!
//! Without it, any page could give a browser the session of somebody else: it would only have to send
//! it here with a handshake of its own. So the URL to return to holds a random state, as in RFC 6749
//! §10.12, and a cookie holds the keyed hash of that URL. Whoever does not see the redirect knows no
//! state, also while another handshake is under way. Each handshake has a cookie of its own: windows
//! that a browser opens at once do not take it from each other.

use aws_lc_rs::{
    hmac::{HMAC_SHA256, Key, sign, verify},
    rand::{SystemRandom, fill},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;

use super::public_url::{PublicUrl, STATE};
use crate::{clock::UnixMillis, request::cookie::find};

/// How long a browser has to come back, in seconds.
const LIFE: i64 = 60;

/// How far the clocks of two replicas may differ, in seconds: the one that a browser comes back to can
/// be behind the one that sent it away.
const SKEW: i64 = 5;

/// How a handshake starts.
pub(crate) struct Start {
    /// The parameter of the URL to return to.
    pub(crate) state: String,
    /// The `Set-Cookie` field.
    pub(crate) cookie: String,
}

/// A key for the hashes.
pub(crate) struct ReturnKey(Key);

impl ReturnKey {
    /// The same on each replica, which all have the instance's secret. Without one, the browser must
    /// come back to this process.
    pub(crate) fn new(secret: Option<&[u8]>) -> Option<Self> {
        let Some(secret) = secret else {
            return Some(Self(Key::generate(HMAC_SHA256, &SystemRandom::new()).ok()?));
        };
        let derived = sign(&Key::new(HMAC_SHA256, secret), b"clerk-auth: return of a handshake");
        Some(Self(Key::new(HMAC_SHA256, derived.as_ref())))
    }

    /// Starts a handshake to this page.
    pub(crate) fn start(&self, page: &PublicUrl, now: UnixMillis) -> Option<Start> {
        let mut random = [0; 16];
        fill(&mut random).ok()?;
        let (state, started) = (URL_SAFE_NO_PAD.encode(random), now.0.div_euclid(1000));
        let hash = URL_SAFE_NO_PAD.encode(sign(&self.0, &message(page, &state, started)?));
        let name = name(page, &state)?;
        let cookie = format!("{name}={started}.{hash}{}; Max-Age={LIFE}", attributes(page));
        Some(Start { state, cookie })
    }

    /// Whether this browser comes back from a handshake that it started on this page a short while
    /// ago.
    pub(crate) fn is_of(&self, page: &PublicUrl, headers: &HeaderMap, now: UnixMillis) -> bool {
        let is_bound = || {
            let state = page.parameter(STATE)?;
            let cookie = find(headers, &name(page, &state)?)?;
            let (started, hash) = cookie.split_once('.')?;
            let hash = URL_SAFE_NO_PAD.decode(hash).ok()?;
            let started: i64 = started.parse().ok()?;
            verify(&self.0, &message(page, &state, started)?, &hash).ok()?;
            (-SKEW..LIFE).contains(&now.0.div_euclid(1000).saturating_sub(started)).then_some(())
        };
        is_bound().is_some()
    }
}

/// The cookie that ends the one of [`ReturnKey::start`].
pub(crate) fn consumed(page: &PublicUrl) -> Option<String> {
    let name = name(page, &page.parameter(STATE)?)?;
    Some(format!("{name}={}; Max-Age=0", attributes(page)))
}

/// With the prefix, no other host can set the cookie, not even one of the same domain. The end is
/// that of the handshake.
fn name(page: &PublicUrl, state: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let end = state.get(..8).filter(|end| end.bytes().all(is_plain))?;
    let prefix = if page.is_encrypted() { "__Host-" } else { "" };
    Some(format!("{prefix}clerk_auth_return_{end}"))
}

fn attributes(page: &PublicUrl) -> &'static str {
    if page.is_encrypted() {
        "; Path=/; SameSite=Lax; HttpOnly; Secure"
    } else {
        "; Path=/; SameSite=Lax; HttpOnly"
    }
}

/// The state comes first, and has a length of its own.
fn message(page: &PublicUrl, state: &str, started: i64) -> Option<Vec<u8>> {
    let length = state.len().to_be_bytes();
    Some([&started.to_be_bytes()[..], &length, state.as_bytes(), &page.canonical()?].concat())
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Uri, header::COOKIE};

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn page(target: &str) -> PublicUrl {
        PublicUrl::new("https://app.example.com".into(), &target.parse::<Uri>().unwrap()).unwrap()
    }

    fn key(secret: &str) -> ReturnKey {
        ReturnKey::new(Some(secret.as_bytes())).unwrap()
    }

    fn headers(set_cookie: &str) -> HeaderMap {
        let cookie = set_cookie.split(';').next().unwrap();
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }

    #[test]
    fn return_is_bound_to_page_secret_and_a_minute() {
        let Start { state, cookie: set } = key("a").start(&page("/notes?page=2"), NOW).unwrap();
        let attributes = "; Path=/; SameSite=Lax; HttpOnly; Secure; Max-Age=60";
        let name = format!("__Host-clerk_auth_return_{}=", &state[..8]);
        assert!(set.starts_with(&name) && set.ends_with(attributes), "{set}");
        let headers = headers(&set);
        let returned = &*format!("/notes?__clerk_auth_state={state}&page=2&__clerk_handshake=t");
        let with = |target: &str| format!("{target}&__clerk_auth_state={state}");
        for (secret, target, seconds, is_bound) in [
            ("a", returned, 0, true),
            ("a", returned, 59, true),
            ("a", returned, 60, false),
            ("a", returned, -5, true),
            ("a", returned, -6, false),
            ("b", returned, 0, false),
            ("a", &with("/notes?page=3"), 0, false),
            ("a", &with("/other?page=2"), 0, false),
            ("a", &with("/notes?"), 0, false),
            ("a", "/notes?page=2", 0, false),
            ("a", "/notes?page=2&__clerk_auth_state=", 0, false),
            ("a", "/notes?page=2&__clerk_auth_state=AAAAAAAAAAAAAAAAAAAAAA", 0, false),
        ] {
            let now = NOW.plus(seconds * 1000);
            let found = key(secret).is_of(&page(target), &headers, now);
            assert_eq!(found, is_bound, "{secret} {target} {seconds}");
        }
    }

    #[test]
    fn forged_cookie_binds_nothing() {
        let Start { state, cookie } = key("a").start(&page("/"), NOW).unwrap();
        let good = cookie.split(';').next().unwrap();
        let returned = page(&format!("/?__clerk_auth_state={state}"));
        let (name, value) = good.split_once('=').unwrap();
        let (started, hash) = value.split_once('.').unwrap();
        let later: i64 = started.parse::<i64>().unwrap() + 1;
        for forged in [
            format!("{name}={later}.{hash}"),
            format!("{name}={started}."),
            format!("{name}={started}.{}", hash.to_lowercase()),
            format!("{name}={hash}"),
            format!("{name}=.{hash}"),
            format!("{}={value}", name.replace("__Host-", "")),
            format!("__Host-clerk_auth_return={value}"),
            format!("__Host-clerk_auth_return_AAAAAAAA={value}"),
            String::new(),
        ] {
            assert!(!key("a").is_of(&returned, &headers(&forged), NOW), "{forged}");
        }
        assert!(key("a").is_of(&returned, &headers(good), NOW));
    }

    #[test]
    fn key_without_a_secret_is_of_one_process() {
        let [one, other] = [(), ()].map(|()| ReturnKey::new(None).unwrap());
        let Start { state, cookie } = one.start(&page("/"), NOW).unwrap();
        let (headers, page) = (headers(&cookie), page(&format!("/?__clerk_auth_state={state}")));
        assert!(one.is_of(&page, &headers, NOW));
        assert!(!other.is_of(&page, &headers, NOW));
    }
}
