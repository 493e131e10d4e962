//! A JWT's text in, what was verified of it before out.
//!
//! A JWT cannot be revoked, so what its signature proved stays proved while its key counts. The
//! times and the policy are looked at on each use.

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::{Weighter, sync::Cache};

use super::{key::Thumbprint, rules::Times};
use crate::identity::Identity;

/// What an entry takes beside the texts of its identity, in bytes: the entry itself, its place
/// in the cache, and the counters of what is shared.
const OVERHEAD: usize = 640;

/// An entry of few scopes and claims, in bytes; the cache is laid out for so many of them.
const USUAL: usize = 1024;

/// A hash that stands for a token, so that the token itself is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

/// Verified JWTs, up to a number of bytes. The least used make room for new ones.
pub(crate) struct Seen(Cache<End, (Fingerprint, Entry), Bytes>);

/// What was verified of one token.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) identity: Identity,
    pub(super) times: Times,
    /// The key that vouched for it. The entry counts only while that key does.
    pub(super) key: Thumbprint,
}

/// The last eight bytes of a token. They are of its signature, so they differ from token to token.
/// They only say where to look: a token that has another end was not seen, and need not be hashed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct End(u64);

#[derive(Clone)]
struct Bytes;

impl Fingerprint {
    pub(super) fn of(text: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, text).as_ref());
        Self(bytes)
    }
}

impl End {
    fn of(text: &[u8]) -> Option<Self> {
        text.last_chunk().map(|bytes| Self(u64::from_ne_bytes(*bytes)))
    }
}

impl Seen {
    /// `None` where no byte may be used.
    pub(crate) fn new(bytes: usize) -> Option<Self> {
        let (places, weight) = (bytes.div_ceil(USUAL), u64::try_from(bytes).unwrap_or(u64::MAX));
        (bytes > 0).then(|| Self(Cache::with_weighter(places, weight, Bytes)))
    }

    pub(super) fn get(&self, text: &[u8]) -> Option<Entry> {
        let (fingerprint, entry) = self.0.get(&End::of(text)?)?;
        (fingerprint == Fingerprint::of(text)).then_some(entry)
    }

    pub(super) fn insert(&self, text: &[u8], entry: Entry) {
        if let Some(end) = End::of(text) {
            self.0.insert(end, (Fingerprint::of(text), entry));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Weighter<End, (Fingerprint, Entry)> for Bytes {
    fn weight(&self, _: &End, (_, entry): &(Fingerprint, Entry)) -> u64 {
        u64::try_from(OVERHEAD + entry.identity.weight()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::UnixMillis,
        identity::{OAuthFacts, OAuthToken},
        scope::Scopes,
        subject::{ClientId, Subject, UserId},
    };

    fn entry_of(client: &str) -> Entry {
        let user_id = UserId::new("user_ada");
        let facts = OAuthFacts {
            subject: Subject::User(user_id.clone()),
            user_id,
            client_id: ClientId::new(client),
            token_id: None,
            scopes: Scopes::from_text(""),
            audience: [].into(),
            expires_at: None,
        };
        let identity = Identity::OAuth(OAuthToken::new(facts));
        Entry { identity, times: Times::until(UnixMillis(0)), key: Thumbprint::of([b""; 4]) }
    }

    fn client_of(entry: Option<Entry>) -> Option<String> {
        Some(entry?.identity.maybe_client_id()?.to_string())
    }

    #[test]
    fn a_token_is_recognised_by_its_whole_text() {
        let seen = Seen::new(USUAL).unwrap();
        let (one, other): (&[u8], &[u8]) = (b"one.same-end", b"other.same-end");
        for (token, stranger, client) in [(one, other, "client_1"), (other, one, "client_2")] {
            seen.insert(token, entry_of(client));
            assert_eq!(client_of(seen.get(token)).as_deref(), Some(client));
            assert_eq!(client_of(seen.get(stranger)), None);
        }
        seen.insert(b"short", entry_of("client_3"));
        assert_eq!(client_of(seen.get(b"short")), None, "no signature is so short");
    }
}
