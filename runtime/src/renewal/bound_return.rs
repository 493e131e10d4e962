//! Binds the return of a handshake to the browser that started it here.
//!
//! Without it, any page could give a browser the session of somebody else: it would only have to send
//! it here with a handshake of its own.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;

use super::public_url::PublicUrl;
use crate::{clock::UnixMillis, request::cookie::find};

/// How long a browser has to come back, in seconds.
const LIFE: i64 = 60;

/// A key for the hashes.
pub(crate) struct ReturnKey(Key);

impl ReturnKey {
    /// The same on each replica, which all have the instance's secret. Without one, the browser must
    /// come back to this process.
    pub(crate) fn new(secret: Option<&[u8]>) -> Option<Self> {
        let Some(secret) = secret else {
            let random = aws_lc_rs::rand::SystemRandom::new();
            return Some(Self(Key::generate(HMAC_SHA256, &random).ok()?));
        };
        let derived = sign(&Key::new(HMAC_SHA256, secret), b"clerk-auth: return of a handshake");
        Some(Self(Key::new(HMAC_SHA256, derived.as_ref())))
    }

    /// The cookie that a handshake to this page starts with.
    pub(crate) fn start(&self, page: &PublicUrl, now: UnixMillis) -> Option<String> {
        let started = now.0.div_euclid(1000);
        let hash = URL_SAFE_NO_PAD.encode(sign(&self.0, &message(page, started)?));
        Some(format!("{}={started}.{hash}{}; Max-Age={LIFE}", name(page), attributes(page)))
    }

    /// Whether this browser started a handshake to this page a short while ago.
    pub(crate) fn is_of(&self, page: &PublicUrl, headers: &HeaderMap, now: UnixMillis) -> bool {
        let is_bound = || {
            let cookie = find(headers, name(page))?;
            let (started, hash) = cookie.split_once('.')?;
            let hash = URL_SAFE_NO_PAD.decode(hash).ok()?;
            let started: i64 = started.parse().ok()?;
            verify(&self.0, &message(page, started)?, &hash).ok()?;
            (0..LIFE).contains(&now.0.div_euclid(1000).saturating_sub(started)).then_some(())
        };
        is_bound().is_some()
    }
}

/// The cookie that ends the one of [`ReturnKey::start`].
pub(crate) fn consumed(page: &PublicUrl) -> String {
    format!("{}={}; Max-Age=0", name(page), attributes(page))
}

/// With the prefix, no other host can set the cookie, not even one of the same domain.
fn name(page: &PublicUrl) -> &'static str {
    if page.is_encrypted() { "__Host-clerk_auth_return" } else { "clerk_auth_return" }
}

fn attributes(page: &PublicUrl) -> &'static str {
    if page.is_encrypted() {
        "; Path=/; SameSite=Lax; HttpOnly; Secure"
    } else {
        "; Path=/; SameSite=Lax; HttpOnly"
    }
}

fn message(page: &PublicUrl, started: i64) -> Option<Vec<u8>> {
    Some([&started.to_be_bytes()[..], &page.canonical()?].concat())
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Uri, header::COOKIE};

    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    fn page(target: &'static str) -> PublicUrl {
        PublicUrl::new("https://app.example.com".into(), &Uri::from_static(target)).unwrap()
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
        let set = key("a").start(&page("/notes?page=2"), NOW).unwrap();
        let attributes = "; Path=/; SameSite=Lax; HttpOnly; Secure; Max-Age=60";
        assert!(set.starts_with("__Host-clerk_auth_return=") && set.ends_with(attributes), "{set}");
        let headers = headers(&set);
        let returned = "/notes?page=2&__clerk_handshake_nonce=n";
        for (secret, target, seconds, is_bound) in [
            ("a", returned, 0, true),
            ("a", returned, 59, true),
            ("a", returned, 60, false),
            ("a", returned, -1, false),
            ("b", returned, 0, false),
            ("a", "/notes?page=3", 0, false),
            ("a", "/other?page=2", 0, false),
            ("a", "/notes", 0, false),
        ] {
            let now = NOW.plus(seconds * 1000);
            let found = key(secret).is_of(&page(target), &headers, now);
            assert_eq!(found, is_bound, "{secret} {target} {seconds}");
        }
    }

    #[test]
    fn forged_cookie_binds_nothing() {
        let good = key("a").start(&page("/"), NOW).unwrap();
        let good = good.split(';').next().unwrap();
        let (name, value) = good.split_once('=').unwrap();
        let (started, hash) = value.split_once('.').unwrap();
        let later: i64 = started.parse::<i64>().unwrap() + 1;
        for forged in [
            format!("{name}={later}.{hash}"),
            format!("{name}={started}."),
            format!("{name}={started}.{}", hash.to_lowercase()),
            format!("{name}={hash}"),
            format!("{name}=.{hash}"),
            format!("clerk_auth_return={value}"),
            String::new(),
        ] {
            assert!(!key("a").is_of(&page("/"), &headers(&forged), NOW), "{forged}");
        }
        assert!(key("a").is_of(&page("/"), &headers(good), NOW));
    }

    #[test]
    fn key_without_a_secret_is_of_one_process() {
        let [one, other] = [(), ()].map(|()| ReturnKey::new(None).unwrap());
        let headers = headers(&one.start(&page("/"), NOW).unwrap());
        assert!(one.is_of(&page("/"), &headers, NOW));
        assert!(!other.is_of(&page("/"), &headers, NOW));
    }
}
