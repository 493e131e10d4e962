//! The body of a key set in, the keys that can be used out.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    error::{UpstreamFault, UpstreamReason},
    verify::key::{Jwk, Key, Thumbprint},
};

/// The keys that Clerk showed at one moment.
pub(super) struct Snapshot {
    keys: Vec<(String, Arc<Key>)>,
    loaded_at: Duration,
    /// Before this moment no refresh starts, in milliseconds of the steady clock. Read on each
    /// request, so neither this nor the next is behind a lock.
    next_refresh: AtomicU64,
    /// Whether Clerk could not be asked since this snapshot was loaded.
    out_of_reach: AtomicBool,
}

#[derive(Deserialize)]
struct SentSet<'s> {
    #[serde(borrow)]
    keys: Vec<&'s RawValue>,
}

impl Snapshot {
    pub(super) fn new(keys: Vec<(String, Arc<Key>)>, loaded_at: Duration) -> Self {
        Self {
            keys,
            loaded_at,
            next_refresh: AtomicU64::new(0),
            out_of_reach: AtomicBool::new(false),
        }
    }

    /// A set has one or two keys, so a list is the fastest map; and no `kid` is special in it.
    pub(super) fn key(&self, kid: &str) -> Option<Arc<Key>> {
        self.keys.iter().find(|(id, _)| id == kid).map(|(_, key)| Arc::clone(key))
    }

    pub(super) fn holds(&self, thumbprint: &Thumbprint) -> bool {
        self.keys.iter().any(|(_, key)| key.thumbprint == *thumbprint)
    }

    pub(super) fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.loaded_at)
    }

    pub(super) fn refresh_is_due(&self, now: Duration) -> bool {
        now.as_millis() >= u128::from(self.next_refresh.load(Ordering::Relaxed))
    }

    /// A refresh failed, or runs: none starts before `moment`.
    pub(super) fn put_off_refresh(&self, moment: Duration) {
        let moment = u64::try_from(moment.as_millis()).unwrap_or(u64::MAX);
        self.next_refresh.store(moment, Ordering::Relaxed);
    }

    pub(super) fn set_out_of_reach(&self, out_of_reach: bool) {
        self.out_of_reach.store(out_of_reach, Ordering::Relaxed);
    }

    pub(super) fn is_out_of_reach(&self) -> bool {
        self.out_of_reach.load(Ordering::Relaxed)
    }
}

/// Reads the keys one by one: an unusable key is skipped, not the set.
pub(super) fn read(body: &[u8]) -> Result<Vec<(String, Arc<Key>)>, UpstreamFault> {
    let set: SentSet<'_> =
        serde_json::from_slice(body).map_err(|_| UpstreamFault::new(UpstreamReason::Body))?;
    let mut keys = Vec::new();
    for sent in set.keys {
        let Ok(jwk) = serde_json::from_str::<Jwk>(sent.get()) else {
            tracing::warn!("skipped a member of Clerk's key set that is no RSA public key");
            continue;
        };
        match Key::from_jwk(jwk) {
            Ok((kid, key)) => keys.push((kid, Arc::new(key))),
            Err(unusable) => tracing::warn!(%unusable, "skipped a key of Clerk's key set"),
        }
    }
    if keys.is_empty() { Err(UpstreamFault::new(UpstreamReason::NoKeys)) } else { Ok(keys) }
}
