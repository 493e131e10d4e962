//! What earlier calls ended with in, a verdict that still counts out.

use std::time::Duration;

use quick_cache::{Weighter, sync::Cache};

use super::Verdict;
use crate::{error::Failure, identity::Identity, verify::seen::Fingerprint};

/// What remembered verdicts may take, in bytes.
const VERDICT_BYTES: u64 = 8 * 1024 * 1024;

/// What a verdict takes beside the texts of its identity, in bytes: the entry itself, its place in
/// the cache, and the counters of what is shared.
const OVERHEAD: usize = 512;

/// Tokens of which is remembered that Clerk approved them once.
const MOST_APPROVED: usize = 16 * 1024;

/// Verdicts, and who was good. The least used make room for new ones.
pub(super) struct Memory {
    times: VerdictTimes,
    verdicts: Cache<Fingerprint, Remembered, Bytes>,
    /// They let nobody in: they say whose call comes first.
    approved: Cache<Fingerprint, ()>,
}

/// How long a verdict is remembered: a refusal, so that junk does not become calls that cost, and
/// an approval of each type of token. Zero: it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct VerdictTimes {
    pub(crate) refused: Duration,
    pub(crate) oauth_token: Duration,
    pub(crate) m2m_token: Duration,
    pub(crate) api_key: Duration,
}

#[derive(Clone)]
struct Remembered {
    verdict: Verdict,
    until: Duration,
}

#[derive(Clone)]
struct Bytes;

impl Memory {
    pub(super) fn new(times: VerdictTimes) -> Self {
        let usual = usize::try_from(VERDICT_BYTES).unwrap_or(usize::MAX) / (2 * OVERHEAD);
        Self {
            times,
            verdicts: Cache::with_weighter(usual, VERDICT_BYTES, Bytes),
            approved: Cache::new(MOST_APPROVED),
        }
    }

    pub(super) fn recall(&self, fingerprint: &Fingerprint, now: Duration) -> Option<Verdict> {
        let Remembered { verdict, until } = self.verdicts.get(fingerprint)?;
        (now < until).then_some(verdict)
    }

    /// Whether the last verdict about the token was good, as far as is known.
    pub(super) fn was_approved(&self, fingerprint: &Fingerprint) -> bool {
        self.approved.get(fingerprint).is_some()
    }

    /// Keeps a verdict of the moment `asked_at`.
    pub(super) fn keep(&self, fingerprint: Fingerprint, verdict: &Verdict, asked_at: Duration) {
        match verdict {
            Ok(_) => self.approved.insert(fingerprint, ()),
            Err(Failure::Token(_)) => drop(self.approved.remove(&fingerprint)),
            // What is not the token's fault says nothing about it.
            Err(_) => return,
        }
        let time = self.times.of(verdict);
        if time > Duration::ZERO {
            let remembered = Remembered { verdict: verdict.clone(), until: asked_at + time };
            self.verdicts.insert(fingerprint, remembered);
        }
    }
}

impl VerdictTimes {
    fn of(self, verdict: &Verdict) -> Duration {
        match verdict.as_deref() {
            Ok(Identity::OAuth(_)) => self.oauth_token,
            Ok(Identity::M2m(_)) => self.m2m_token,
            Ok(Identity::ApiKey(_)) => self.api_key,
            Err(Failure::Token(_)) => self.refused,
            // What is not the token's fault is asked again; and no session is opaque.
            Err(_) | Ok(Identity::Session(_)) => Duration::ZERO,
        }
    }
}

impl Weighter<Fingerprint, Remembered> for Bytes {
    fn weight(&self, _: &Fingerprint, remembered: &Remembered) -> u64 {
        let texts = remembered.verdict.as_ref().map_or(0, |identity| identity.weight());
        u64::try_from(OVERHEAD + texts).unwrap_or(u64::MAX)
    }
}
