//! A JWT's text in, what was verified of it before out.
//!
//! A JWT cannot be revoked, so what its signature proved stays proved while its key counts. The
//! times and the policy are looked at on each use.

use std::{
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

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
pub(crate) struct Seen(Cache<Fingerprint, Entry, Bytes, BuildHasherDefault<LastBytes>>);

/// What was verified of one token.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) identity: Arc<Identity>,
    pub(super) times: Times,
    /// The key that vouched for it. The entry counts only while that key does.
    pub(super) key: Thumbprint,
}

#[derive(Clone)]
struct Bytes;

/// The place of a fingerprint: its own last bytes, because it is a hash already. Only verified
/// tokens have an entry, so nobody can choose where many of them lie.
#[derive(Default)]
struct LastBytes(u64);

impl Hasher for LastBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last_chunk() {
            self.0 = u64::from_ne_bytes(*last);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Fingerprint {
    pub(super) fn of(text: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }
}

impl Seen {
    /// `None` where no byte may be used.
    pub(crate) fn new(bytes: usize) -> Option<Self> {
        let (places, weight) = (bytes.div_ceil(USUAL), u64::try_from(bytes).unwrap_or(u64::MAX));
        let cache = |hash| Cache::with(places, weight, Bytes, hash, DefaultLifecycle::default());
        (bytes > 0).then(|| Self(cache(BuildHasherDefault::default())))
    }

    pub(super) fn get(&self, fingerprint: &Fingerprint) -> Option<Entry> {
        self.0.get(fingerprint)
    }

    pub(super) fn insert(&self, fingerprint: Fingerprint, entry: Entry) {
        self.0.insert(fingerprint, entry);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Weighter<Fingerprint, Entry> for Bytes {
    fn weight(&self, _: &Fingerprint, entry: &Entry) -> u64 {
        u64::try_from(OVERHEAD + entry.identity.weight()).unwrap_or(u64::MAX)
    }
}
