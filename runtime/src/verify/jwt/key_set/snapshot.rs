//! The body of a key set in, the keys that can be used out.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    error::{TokenError, UpstreamError, UpstreamErrorKind},
    token::{
        Jwt,
        json::{Member, Object},
    },
    verify::jwt::key::{Algorithm, Key, KeyError, Thumbprint},
};

/// How many keys of one key ID are used. Around a rotation there are two. A forged signature is
/// checked with each of them.
const MOST_KEYS_OF_ONE_ID: usize = 4;

/// The keys that Clerk showed at one moment.
pub(crate) struct KeySnapshot {
    keys: Vec<(String, Arc<Key>)>,
    /// The start of the load: a key can be withdrawn while it runs.
    asked_at: Duration,
    /// Before this moment no refresh starts, in milliseconds of the steady clock. Read on each
    /// request, so neither this nor the next is behind a lock.
    next_refresh: AtomicU64,
    /// Before this moment nobody waits for a new set: Clerk could not be asked a while ago.
    outage_until: AtomicU64,
}

#[derive(Deserialize)]
struct SentSet<'s> {
    #[serde(borrow)]
    keys: Vec<&'s RawValue>,
}

impl KeySnapshot {
    pub(crate) fn new(keys: Vec<(String, Arc<Key>)>, asked_at: Duration) -> Self {
        Self { keys, asked_at, next_refresh: AtomicU64::new(0), outage_until: AtomicU64::new(0) }
    }

    /// A set has one or two keys, so a list is the fastest map; and no `kid` is special in it.
    fn keys_of(&self, kid: &str) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |(id, _)| id == kid).map(|(_, key)| &**key)
    }

    pub(crate) fn has(&self, kid: &str) -> bool {
        self.keys_of(kid).next().is_some()
    }

    /// Verifies with each key of this ID, for the algorithm that the key fixes. Returns `None` if
    /// there is none.
    pub(crate) fn verify(
        &self,
        kid: &str,
        algorithm: Algorithm,
        jwt: &Jwt<'_>,
    ) -> Option<Result<Thumbprint, TokenError>> {
        let mut fault = None;
        for key in self.keys_of(kid) {
            match key.verify(algorithm, jwt) {
                Ok(thumbprint) => return Some(Ok(thumbprint)),
                // A signature that does not fit says more than a key that was not tried.
                Err(TokenError::KeyAlgorithm) if fault.is_some() => {}
                Err(other) => fault = Some(other),
            }
        }
        fault.map(Err)
    }

    pub(crate) fn holds(&self, thumbprint: &Thumbprint) -> bool {
        self.keys.iter().any(|(_, key)| key.thumbprint == *thumbprint)
    }

    /// Whether the key is among these, whatever it is called.
    pub(crate) fn shows(&self, other: &Key) -> bool {
        self.keys.iter().any(|(_, key)| key.numbers == other.numbers)
    }

    pub(crate) fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.asked_at)
    }

    /// Whether the set was asked for later than the other.
    pub(crate) fn is_newer(&self, other: &Self) -> bool {
        self.asked_at > other.asked_at
    }

    /// Whether the set may lack a key that Clerk has shown since.
    pub(crate) fn was_asked_for_before(&self, moment: Duration) -> bool {
        self.asked_at < moment
    }

    pub(crate) fn refresh_is_due(&self, now: Duration) -> bool {
        !is_before(now, &self.next_refresh)
    }

    /// A refresh failed, or runs: none starts before `moment`.
    pub(crate) fn put_off_refresh(&self, moment: Duration) {
        set(&self.next_refresh, moment);
    }

    pub(crate) fn expect_outage_until(&self, moment: Duration) {
        set(&self.outage_until, moment);
    }

    pub(crate) fn is_in_outage(&self, now: Duration) -> bool {
        is_before(now, &self.outage_until)
    }
}

fn is_before(now: Duration, moment: &AtomicU64) -> bool {
    now.as_millis() < u128::from(moment.load(Ordering::Relaxed))
}

fn set(stored: &AtomicU64, moment: Duration) {
    stored.store(u64::try_from(moment.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// Reads the keys one by one: an unusable key is skipped, not the set.
pub(crate) fn read(body: &[u8]) -> Result<Vec<(String, Arc<Key>)>, UpstreamError> {
    // A derived reader also takes a list of the members' values for the object.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let set: Option<SentSet<'_>> = is_object.then(|| serde_json::from_slice(body).ok()).flatten();
    let set = set.ok_or_else(|| UpstreamError::new(UpstreamErrorKind::Body))?;
    let (mut keys, mut skipped) = (Vec::new(), None);
    for sent in &set.keys {
        match read_key(sent, &keys) {
            Ok(key) => keys.push(key),
            Err(unusable) => skipped.get_or_insert((unusable, 0_usize)).1 += 1,
        }
    }
    // One event a load: whatever answers in Clerk's place can send thousands.
    if let Some((first, count)) = skipped {
        tracing::warn!(%first, count, "skipped keys of Clerk's key set");
    }
    if !keys.is_empty() {
        return Ok(keys);
    }
    // Only Clerk can withdraw keys, and all that it lists are keys.
    let is_key_set = set.keys.iter().all(|sent| is_key(sent));
    let reason = if is_key_set { UpstreamErrorKind::NoKeys } else { UpstreamErrorKind::Body };
    Err(UpstreamError::new(reason))
}

/// Whether this is a key, of whichever type (RFC 7517 §4.1).
fn is_key(sent: &RawValue) -> bool {
    let jwk = Object::parse_text(sent.get());
    jwk.is_ok_and(|jwk| matches!(jwk.text("kty"), Member::Is(kty) if !kty.is_empty()))
}

fn read_key(sent: &RawValue, known: &[(String, Arc<Key>)]) -> Result<(String, Arc<Key>), KeyError> {
    let jwk = Object::parse_text(sent.get()).map_err(|_| KeyError::NotRsa)?;
    let (kid, key) = Key::from_jwk(&jwk)?;
    if known.iter().filter(|(id, _)| *id == kid).count() >= MOST_KEYS_OF_ONE_ID {
        return Err(KeyError::OneOfMany);
    }
    Ok((kid, Arc::new(key)))
}
