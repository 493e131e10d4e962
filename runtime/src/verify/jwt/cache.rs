//! Caches the facts of verified JWTs, by the whole text of each.
//!
//! A JWT cannot be revoked, so what its signature proved stays proved while its key counts. Rules,
//! times and the policy are evaluated on each use.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use memchr::memrchr;
use quick_cache::{Weighter, sync::Cache};

use super::key::Thumbprint;
use crate::verify::facts::JwtFacts;

/// What an entry takes beside its texts, in bytes: the entry itself, its place in the cache, and
/// the counters of what is shared.
const OVERHEAD: usize = 640;

/// An entry of few scopes and claims, in bytes; the cache is laid out for so many of them.
const USUAL: usize = 1280;

/// A hash that stands for a text, so that the text itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

/// Verified JWTs, up to a number of bytes. The least used make room for new ones.
pub(crate) struct JwtCache(Cache<CacheKey, Arc<CachedJwt>, JwtWeight>);

/// A token that was verified, and what was verified of it.
pub(crate) struct CachedJwt {
    /// Header and payload as they were sent, with the dot behind them. To compare them costs less
    /// than to hash them.
    signed: Box<[u8]>,
    /// Stands for the signature: the whole of it would let a caller enter, so it is not kept.
    signature: Fingerprint,
    pub(crate) facts: JwtFacts,
    /// The key that vouched for the facts. They count only while that key does.
    pub(crate) key: Thumbprint,
}

/// The last eight bytes of a token. They are of its signature, so they differ from token to token.
/// They only say where to look.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct CacheKey(u64);

#[derive(Clone)]
struct JwtWeight;

impl Fingerprint {
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, text).as_ref());
        Self(bytes)
    }

    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

impl CachedJwt {
    fn new(text: &[u8], facts: JwtFacts, key: Thumbprint) -> Option<Self> {
        let (signed, signature) = text.split_at_checked(memrchr(b'.', text)? + 1)?;
        Some(Self { signed: signed.into(), signature: Fingerprint::of(signature), facts, key })
    }

    /// Whether a text is the token, byte for byte.
    fn is(&self, text: &[u8]) -> bool {
        let signature = text.strip_prefix(&*self.signed);
        signature.is_some_and(|signature| Fingerprint::of(signature) == self.signature)
    }
}

impl CacheKey {
    fn of(text: &[u8]) -> Option<Self> {
        text.last_chunk().map(|bytes| Self(u64::from_ne_bytes(*bytes)))
    }
}

impl JwtCache {
    /// `None` where no byte may be used.
    pub(crate) fn new(bytes: usize) -> Option<Self> {
        let (places, weight) = (bytes.div_ceil(USUAL), u64::try_from(bytes).unwrap_or(u64::MAX));
        (bytes > 0).then(|| Self(Cache::with_weighter(places, weight, JwtWeight)))
    }

    pub(crate) fn get(&self, text: &[u8]) -> Option<Arc<CachedJwt>> {
        self.0.get(&CacheKey::of(text)?).filter(|cached| cached.is(text))
    }

    pub(crate) fn insert(&self, text: &[u8], facts: JwtFacts, key: Thumbprint) {
        if let (Some(end), Some(cached)) = (CacheKey::of(text), CachedJwt::new(text, facts, key)) {
            self.0.insert(end, Arc::new(cached));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Weighter<CacheKey, Arc<CachedJwt>> for JwtWeight {
    fn weight(&self, _: &CacheKey, cached: &Arc<CachedJwt>) -> u64 {
        let CachedJwt { signed, facts, .. } = &**cached;
        u64::try_from(OVERHEAD + signed.len() + facts.weight()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::UnixMillis,
        identity::{
            OAuthFacts, OAuthToken,
            ids::{ClientId, Subject, UserId},
            scopes::Scopes,
        },
        verify::facts::{OAuthJwt, Times},
    };

    const KEY: fn() -> Thumbprint = || Thumbprint::of([b""; 4]);

    fn facts_of(client: &str) -> JwtFacts {
        let user_id = UserId::new("user_ada");
        let facts = OAuthFacts {
            subject: Subject::User(user_id.clone()),
            user_id,
            client_id: ClientId::new(client),
            token_id: None,
            scopes: Scopes::from_text(""),
            audience: [].into(),
            org_id: None,
            actor: None,
            is_jwt: true,
            expires_at: None,
        };
        let times = Times { expires: UnixMillis(0), not_before: None, issued: None };
        JwtFacts::OAuth(OAuthJwt { token: OAuthToken::new(facts), issuer: None, times })
    }

    fn client_of(cached: Option<Arc<CachedJwt>>) -> Option<String> {
        match &cached?.facts {
            JwtFacts::OAuth(jwt) => Some(jwt.token.client_id().to_string()),
            _ => None,
        }
    }

    #[test]
    fn a_token_is_recognised_by_its_whole_text() {
        const SEEN: &[u8] = b"header.payload.the-signature";
        let seen = JwtCache::new(USUAL).unwrap();
        seen.insert(SEEN, facts_of("client_1"), KEY());
        assert_eq!(client_of(seen.get(SEEN)).as_deref(), Some("client_1"));

        let strangers: &[(&[u8], &str)] = &[
            (b"header.PAYLOAD.the-signature", "another payload under a known signature"),
            (b"HEADER.payload.the-signature", "another header under a known signature"),
            (b"header.payload.THE-signature", "another signature with the same end"),
            (b"header.payload.ignature", "the end of the signature alone"),
            (b"header.payload..the-signature", "one more dot"),
            (b"header.payloa.dthe-signature", "the dot in another place"),
            (b"the-signature", "the signature alone"),
            (b"header.payload.the-SIGNATURE", "another end"),
            (b"header.payload.", "no signature"),
            (b"", "nothing"),
        ];
        for (stranger, what) in strangers {
            assert_eq!(client_of(seen.get(stranger)), None, "{what}");
        }
    }

    #[test]
    fn tokens_with_the_same_end_take_each_others_place_and_not_each_others_identity() {
        let seen = JwtCache::new(USUAL).unwrap();
        let (one, other): (&[u8], &[u8]) = (b"h.p.one-same-end", b"h.p.other-same-end");
        for (token, stranger, client) in [(one, other, "client_1"), (other, one, "client_2")] {
            seen.insert(token, facts_of(client), KEY());
            assert_eq!(client_of(seen.get(token)).as_deref(), Some(client));
            assert_eq!(client_of(seen.get(stranger)), None);
        }
    }

    #[test]
    fn header_and_payload_count_against_the_bytes_that_may_be_used() {
        const BYTES: usize = 256 * 1024;
        let cached = |claims: usize| {
            let seen = JwtCache::new(BYTES).unwrap();
            for number in 0..200 {
                let token = format!("h.{}.signature-{number:03}", "p".repeat(claims));
                seen.insert(token.as_bytes(), facts_of("client_1"), KEY());
            }
            seen.len()
        };
        assert!(cached(100) > 100, "short tokens have room");
        assert!(cached(16_000) * 16_000 <= BYTES, "long ones make each other leave");
    }

    #[test]
    fn malformed_token_is_not_cached() {
        let seen = JwtCache::new(USUAL).unwrap();
        for text in [&b"h.p"[..], b"no-dots-at-all", b""] {
            seen.insert(text, facts_of("client_1"), KEY());
            assert_eq!(client_of(seen.get(text)), None);
        }
    }
}
