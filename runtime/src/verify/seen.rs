//! A JWT's text in, what was verified of it before out.
//!
//! A JWT cannot be revoked, so what its signature proved stays proved while its key counts. The
//! times and the policy are looked at on each use.

use std::hash::{BuildHasherDefault, Hasher};

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::{
    Weighter,
    sync::{Cache, DefaultLifecycle},
};

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
pub(crate) struct Seen(Cache<End, (Fingerprint, Entry), Bytes, BuildHasherDefault<Spread>>);

/// What was verified of one token.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) identity: Identity,
    pub(super) times: Times,
    /// The key that vouched for it. The entry counts only while that key does.
    pub(super) key: Thumbprint,
}

/// The last eight bytes of a token. They are of its signature, so they differ from token to token
/// and nobody can choose them. They only say where to look: a token that has another end was not
/// seen, and need not be hashed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct End(u64);

#[derive(Clone)]
struct Bytes;

/// The place of an end. The end is random, but not each bit of its characters is: a product with 2⁶⁴
/// divided by the golden ratio spreads them.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, end: u64) {
        let product = end.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = product ^ (product >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

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
        let cache = |hash| Cache::with(places, weight, Bytes, hash, DefaultLifecycle::default());
        (bytes > 0).then(|| Self(cache(BuildHasherDefault::default())))
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
