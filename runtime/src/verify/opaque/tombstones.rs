//! Tokens that the application told us to forget. Nothing that was asked about them before counts.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{clock::UnixMillis, token::OpaqueKind, verify::jwt::cache::Fingerprint};

/// Longer than any response is cached and any call takes, so that each question that was asked
/// before is over by then.
const LIFETIME: Duration = Duration::from_secs(600);

/// How far the clocks of two replicas may differ, in milliseconds.
pub(crate) const CLOCK_DIFFERENCE: i64 = 5000;

/// How many are kept. Beyond them, everything is forgotten at once.
const MOST: usize = 16 * 1024;

/// A token or the ID of one, without its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Forgotten {
    pub(crate) kind: OpaqueKind,
    pub(crate) fingerprint: Fingerprint,
}

/// A place in the order of all that is asked and forgotten in this process. Unlike a time, it tells
/// what came first within a millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn(u64);

#[derive(Default)]
pub(crate) struct Tombstones {
    /// How often something was forgotten.
    turn: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    tombstones: HashMap<Forgotten, Tombstone>,
    /// Covers everything that was asked before.
    all: Option<Tombstone>,
}

#[derive(Clone, Copy)]
struct Tombstone {
    turn: u64,
    /// What another replica asked until then is forgotten.
    at: UnixMillis,
    /// In steady time.
    until: Duration,
}

impl Tombstones {
    /// The moment for a question that is asked now.
    pub(crate) fn turn(&self) -> Turn {
        Turn(self.turn.load(Ordering::Acquire))
    }

    /// Forgets what was asked until now, because this process was told so.
    pub(crate) fn add(&self, forgotten: Forgotten, now: UnixMillis, steady: Duration) {
        self.insert(&mut self.lock(), forgotten, now, steady);
    }

    /// The same for a message of another replica, by whose clock it was sent at `sent_at`.
    pub(crate) fn hear(
        &self,
        forgotten: Forgotten,
        sent_at: UnixMillis,
        now: UnixMillis,
        steady: Duration,
    ) {
        self.insert(&mut self.lock(), forgotten, now.max(sent_at), steady);
    }

    fn insert(&self, kept: &mut Kept, forgotten: Forgotten, at: UnixMillis, steady: Duration) {
        // Questions that are asked from here on are later.
        let turn = self.turn.fetch_add(1, Ordering::AcqRel) + 1;
        let tombstone = Tombstone { turn, at, until: steady + LIFETIME };
        // The clock of an earlier sender can be ahead, and ours can go back.
        let tombstone = tombstone.joined(kept.tombstones.get(&forgotten));
        if kept.tombstones.len() >= MOST {
            kept.tombstones.retain(|_, known| known.until > steady);
        }
        if kept.tombstones.len() >= MOST {
            let earlier = kept.tombstones.drain().map(|(_, known)| known).chain(kept.all);
            kept.all = Some(earlier.fold(tombstone, |all, known| all.joined(Some(&known))));
        }
        kept.tombstones.insert(forgotten, tombstone);
    }

    /// Whether what this process asked at `turn` about the token with one of these names is forgotten.
    pub(crate) fn cover(&self, turn: Turn, names: impl IntoIterator<Item = Forgotten>) -> bool {
        self.any(turn, names, |tombstone| turn.0 < tombstone.turn)
    }

    /// The same for what another replica asked.
    pub(crate) fn cover_time(
        &self,
        asked_at: UnixMillis,
        names: impl IntoIterator<Item = Forgotten>,
    ) -> bool {
        // A clock that is ahead must not make a question from before look like one from after.
        self.any(Turn(0), names, |tombstone| asked_at <= tombstone.at.plus(CLOCK_DIFFERENCE))
    }

    fn any(
        &self,
        turn: Turn,
        names: impl IntoIterator<Item = Forgotten>,
        covers: impl Fn(&Tombstone) -> bool,
    ) -> bool {
        // Nothing was forgotten since, as almost always.
        if self.turn() == turn {
            return false;
        }
        let kept = self.lock();
        let of_names = names.into_iter().filter_map(|name| kept.tombstones.get(&name));
        of_names.chain(&kept.all).any(covers)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tombstone {
    /// Covers what the earlier one covers too.
    fn joined(self, earlier: Option<&Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        Self { at: self.at.max(earlier.at), ..self }
    }
}

impl Forgotten {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let kind = match self.kind {
            OpaqueKind::OAuth => 1,
            OpaqueKind::M2m => 2,
            OpaqueKind::ApiKey => 3,
        };
        [&[kind], &self.fingerprint.to_bytes()[..]].concat()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, fingerprint) = bytes.split_first()?;
        let kind = match kind {
            1 => OpaqueKind::OAuth,
            2 => OpaqueKind::M2m,
            3 => OpaqueKind::ApiKey,
            _ => return None,
        };
        Some(Self { kind, fingerprint: Fingerprint::from_bytes(fingerprint.try_into().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
    const START: Duration = Duration::from_secs(1000);

    fn token(number: usize) -> Forgotten {
        let fingerprint = Fingerprint::of(format!("ak_{number}").as_bytes());
        Forgotten { kind: OpaqueKind::ApiKey, fingerprint }
    }

    #[test]
    fn only_what_was_asked_before_is_forgotten() {
        let tombstones = Tombstones::default();
        let before = tombstones.turn();
        assert!(!tombstones.cover(before, [token(1)]));
        tombstones.hear(token(1), NOW, NOW, START);
        assert!(tombstones.cover(before, [token(1)]));
        assert!(tombstones.cover(before, [token(2), token(1)]));
        assert!(!tombstones.cover(before, [token(2)]));
        let other = Forgotten { kind: OpaqueKind::OAuth, ..token(1) };
        assert!(!tombstones.cover(before, [other]), "of another type");
        let after = tombstones.turn();
        assert!(!tombstones.cover(after, [token(1)]));
        tombstones.hear(token(2), NOW, NOW, START);
        assert!(!tombstones.cover(after, [token(1)]));
    }

    #[test]
    fn what_other_replicas_asked_is_forgotten_by_time() {
        assert!(!Tombstones::default().cover_time(NOW, [token(1)]));
        // The sender's clock is behind ours, and the other way round.
        for (sent, ours) in [(NOW.plus(-9), NOW), (NOW, NOW.plus(-9))] {
            let tombstones = Tombstones::default();
            tombstones.hear(token(1), sent, ours, START);
            // And the clock of the replica that asked can be ahead of both.
            for asked in [NOW.plus(-1), NOW, NOW.plus(1), NOW.plus(CLOCK_DIFFERENCE)] {
                assert!(tombstones.cover_time(asked, [token(1)]), "{asked:?}");
            }
            assert!(!tombstones.cover_time(NOW.plus(CLOCK_DIFFERENCE + 1), [token(1)]));
        }
    }

    /// By a clock that is behind, a later order looks like an earlier one.
    #[test]
    fn token_is_forgotten_again_whatever_the_clocks_say() {
        for later in [NOW.plus(-4000), NOW.plus(-1), NOW, NOW.plus(1)] {
            let tombstones = Tombstones::default();
            tombstones.hear(token(1), NOW, NOW.plus(-4000), START);
            for is_own in [false, true] {
                let between = tombstones.turn();
                if is_own {
                    tombstones.add(token(1), later, START);
                } else {
                    tombstones.hear(token(1), later, later, START);
                }
                assert!(tombstones.cover(between, [token(1)]), "{is_own} {later:?}");
            }
        }
    }

    /// What another replica asked, and the message about it, by a clock that is ahead of ours; then a
    /// message or an order of ours, by a clock that is behind.
    #[test]
    fn later_tombstone_uncovers_nothing() {
        let ahead = NOW.plus(4000);
        for is_own in [true, false] {
            for fills in [0, MOST] {
                let tombstones = Tombstones::default();
                tombstones.hear(token(0), ahead, NOW, START);
                for number in 0..=fills {
                    if is_own || number > 0 {
                        tombstones.add(token(number), NOW.plus(1), START);
                    } else {
                        tombstones.hear(token(number), NOW.plus(1), NOW.plus(1), START);
                    }
                }
                let later = ahead.plus(CLOCK_DIFFERENCE);
                assert!(tombstones.cover_time(later, [token(0)]), "{is_own} {fills}");
                assert!(!tombstones.cover_time(later.plus(1), [token(0)]));
            }
        }
    }

    #[test]
    fn flood_forgets_everything_within_bounded_memory() {
        let tombstones = Tombstones::default();
        let before = tombstones.turn();
        for number in 0..=MOST {
            tombstones.hear(token(number), NOW, NOW, START);
        }
        assert_eq!(tombstones.lock().tombstones.len(), 1);
        assert!(tombstones.cover(before, [token(0)]));
        assert!(tombstones.cover(before, [token(MOST + 9)]));
        assert!(!tombstones.cover(tombstones.turn(), [token(0)]));
        assert!(tombstones.cover_time(NOW, [token(MOST + 9)]));
    }

    #[test]
    fn expired_tombstones_make_room() {
        let tombstones = Tombstones::default();
        for number in 0..MOST {
            tombstones.hear(token(number), NOW, NOW, START);
        }
        tombstones.hear(token(MOST), NOW, NOW, START + LIFETIME);
        assert_eq!(tombstones.lock().tombstones.len(), 1);
        assert!(tombstones.lock().all.is_none());
    }

    #[test]
    fn bytes_of_a_name_are_read_back() {
        for kind in [OpaqueKind::OAuth, OpaqueKind::M2m, OpaqueKind::ApiKey] {
            let forgotten = Forgotten { kind, ..token(1) };
            let bytes = forgotten.to_bytes();
            assert_eq!(Forgotten::from_bytes(&bytes), Some(forgotten));
            assert_eq!(Forgotten::from_bytes(&bytes[1..]), None);
            assert_eq!(Forgotten::from_bytes(&[&*bytes, b"x"].concat()), None);
        }
        assert_eq!(Forgotten::from_bytes(b""), None);
    }
}
