//! What earlier calls ended with in, a verdict that still counts out.

use std::time::Duration;

use quick_cache::{Weighter, sync::Cache};

use super::{Verdict, tombstones::Turn};
use crate::{
    error::ErrorKind,
    token::OpaqueKind,
    verify::{facts::OpaqueFacts, jwt::cache::Fingerprint},
};

/// What remembered verdicts may take, in bytes.
const VERDICT_BYTES: u64 = 8 * 1024 * 1024;

/// What a verdict takes beside the texts of its identity, in bytes: the entry itself, its place in
/// the cache, and the counters of what is shared.
const OVERHEAD: usize = 512;

/// Tokens of which is remembered that Clerk approved them once.
const MOST_APPROVED: usize = 16 * 1024;

/// Verdicts, and who was good. The least used make room for new ones.
pub(crate) struct VerdictCache {
    times: VerdictTimes,
    verdicts: Cache<Fingerprint, CachedVerdict, VerdictWeight>,
    /// They let nobody in: they say whose call comes first.
    approved: Cache<Fingerprint, ()>,
}

/// How long a verdict is remembered: a refusal, so that junk does not become calls that cost, and
/// an approval of each type of token. Zero: it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct VerdictTimes {
    pub(crate) rejected: Duration,
    pub(crate) oauth_token: Duration,
    pub(crate) m2m_token: Duration,
    pub(crate) api_key: Duration,
}

/// What Clerk said about a token, and when it was asked. Another replica may have asked.
#[derive(Clone)]
pub(crate) struct OpaqueAnswer {
    pub(crate) verdict: Verdict,
    /// The start of the call, in steady time: the token can be revoked since then.
    pub(crate) asked_at: Duration,
    pub(crate) turn: Turn,
    /// The end that another replica set, in steady time.
    pub(crate) end: Option<Duration>,
}

#[derive(Clone)]
struct CachedVerdict {
    answer: OpaqueAnswer,
    until: Duration,
}

#[derive(Clone)]
struct VerdictWeight;

impl VerdictCache {
    pub(crate) fn new(times: VerdictTimes) -> Self {
        let usual = usize::try_from(VERDICT_BYTES).unwrap_or(usize::MAX) / (2 * OVERHEAD);
        Self {
            times,
            verdicts: Cache::with_weighter(usual, VERDICT_BYTES, VerdictWeight),
            approved: Cache::new(MOST_APPROVED),
        }
    }

    pub(crate) fn times(&self) -> VerdictTimes {
        self.times
    }

    pub(crate) fn recall(&self, fingerprint: &Fingerprint, now: Duration) -> Option<OpaqueAnswer> {
        let CachedVerdict { answer, until } = self.verdicts.get(fingerprint)?;
        (now < until).then_some(answer)
    }

    /// Whether the last verdict about the token was good, as far as is known.
    pub(crate) fn was_approved(&self, fingerprint: &Fingerprint) -> bool {
        self.approved.get(fingerprint).is_some()
    }

    pub(crate) fn keep(&self, fingerprint: Fingerprint, answer: &OpaqueAnswer) {
        match &answer.verdict {
            Ok(_) => self.approved.insert(fingerprint, ()),
            Err(ErrorKind::Token(_)) => drop(self.approved.remove(&fingerprint)),
            // What is not the token's fault says nothing about it.
            Err(_) => return,
        }
        let time = self.times.of(&answer.verdict);
        if time > Duration::ZERO {
            let until = answer.asked_at + time;
            let until = answer.end.map_or(until, |end| end.min(until));
            self.verdicts.insert(fingerprint, CachedVerdict { answer: answer.clone(), until });
        }
    }
}

impl VerdictTimes {
    pub(crate) fn of_approval(self, kind: OpaqueKind) -> Duration {
        match kind {
            OpaqueKind::OAuth => self.oauth_token,
            OpaqueKind::M2m => self.m2m_token,
            OpaqueKind::ApiKey => self.api_key,
        }
    }

    pub(crate) fn of(self, verdict: &Verdict) -> Duration {
        match verdict {
            Ok(OpaqueFacts::OAuth(_)) => self.oauth_token,
            Ok(OpaqueFacts::M2m(_)) => self.m2m_token,
            Ok(OpaqueFacts::ApiKey(_)) => self.api_key,
            Err(ErrorKind::Token(_)) => self.rejected,
            // What is not the token's fault is asked again.
            Err(_) => Duration::ZERO,
        }
    }
}

impl Weighter<Fingerprint, CachedVerdict> for VerdictWeight {
    fn weight(&self, _: &Fingerprint, cached: &CachedVerdict) -> u64 {
        let texts = cached.answer.verdict.as_ref().map_or(0, |facts| facts.identity().weight());
        u64::try_from(OVERHEAD + texts).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use allocation_counter::measure;

    use super::*;
    use crate::{
        error::{TokenError, UpstreamError, UpstreamErrorKind},
        identity::{
            ApiKey, ApiKeyFacts, Claims,
            ids::{ApiKeyId, Subject, UserId},
            scopes::Scopes,
        },
        verify::opaque::tombstones::Tombstones,
    };

    const MINUTE: Duration = Duration::from_secs(60);

    fn memory() -> VerdictCache {
        VerdictCache::new(VerdictTimes {
            rejected: MINUTE,
            api_key: MINUTE,
            ..VerdictTimes::default()
        })
    }

    fn token(number: usize) -> Fingerprint {
        Fingerprint::of(format!("ak_{number}").as_bytes())
    }

    /// A key with so many bytes of claims.
    fn key(bytes: usize) -> OpaqueFacts {
        let facts = ApiKeyFacts {
            subject: Subject::User(UserId::new("user_ada")),
            key_id: ApiKeyId::new("ak_1"),
            name: None,
            scopes: Scopes::from_text("read:notes write:notes"),
            claims: Some(Claims::new(&"x".repeat(bytes))),
            expires_at: None,
        };
        OpaqueFacts::ApiKey(ApiKey::new(facts))
    }

    fn answer(verdict: Verdict, asked_at: Duration) -> OpaqueAnswer {
        OpaqueAnswer { verdict, asked_at, turn: Tombstones::default().turn(), end: None }
    }

    fn rejection() -> Verdict {
        Err(TokenError::Revoked.into())
    }

    #[test]
    fn a_verdict_counts_for_its_time_from_the_question_on() {
        let memory = memory();
        for (number, verdict) in [Ok(key(9)), rejection()].into_iter().enumerate() {
            memory.keep(token(number), &answer(verdict.clone(), MINUTE));
            for (now, counts) in [(60, true), (119, true), (120, false), (999, false)] {
                let recalled = memory.recall(&token(number), Duration::from_secs(now));
                let recalled = recalled.map(|it| it.verdict.is_ok());
                assert_eq!(recalled, counts.then_some(verdict.is_ok()));
            }
        }
    }

    /// The seconds of the sealed end, and the last second in which the answer counts.
    #[test]
    fn answer_of_another_replica_counts_until_the_earlier_end() {
        let memory = memory();
        for (end, last) in [(61, 60), (90, 89), (120, 119), (121, 119), (999, 119)] {
            let end = Some(Duration::from_secs(end));
            memory.keep(token(0), &OpaqueAnswer { end, ..answer(rejection(), MINUTE) });
            let counts = |second| memory.recall(&token(0), Duration::from_secs(second)).is_some();
            assert!(counts(last) && !counts(last + 1), "{end:?}");
        }
    }

    #[test]
    fn only_the_last_verdict_says_whether_a_token_is_good() {
        let memory = memory();
        let outage = Err(UpstreamError::new(UpstreamErrorKind::Connection).into());
        for (verdict, good) in
            [(&outage, false), (&Ok(key(9)), true), (&outage, true), (&rejection(), false)]
        {
            memory.keep(token(0), &answer(verdict.clone(), MINUTE));
            assert_eq!(memory.was_approved(&token(0)), good);
        }
    }

    /// The page about reliability says so: 8 MiB of verdicts and some 2 MiB of hashes.
    #[test]
    fn all_there_is_to_remember_takes_ten_mebibytes_at_most() {
        const MOST: i64 = 10 * 1024 * 1024;
        // Bytes of claims, and how many of these verdicts come.
        for (bytes, verdicts) in [(0, 20_000), (1000, 20_000), (20_000, 2000), (200_000, 200)] {
            let mut kept = None;
            let used = measure(|| {
                let memory = memory();
                for number in 0..verdicts {
                    memory.keep(token(2 * number), &answer(Ok(key(bytes)), MINUTE));
                    memory.keep(token(2 * number + 1), &answer(rejection(), MINUTE));
                }
                kept = Some(memory);
            });
            drop(kept);
            assert!(used.bytes_current < MOST, "{} bytes with {bytes} each", used.bytes_current);
        }
    }
}
