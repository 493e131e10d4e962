//! Messages that tell all replicas to forget what they know about a token.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    FleetTime, Replicas,
    link::Listener,
    response::new_lease,
    seal::{Entry, EntryKind, Seal},
    store::LONGEST_MESSAGE,
};
use crate::{
    clock::{Clock, UnixMillis},
    telemetry::FleetCommand,
    token::OpaqueKind,
    verify::{
        jwt::cache::Fingerprint,
        opaque::tombstones::{CLOCK_DIFFERENCE, Forgotten, Tombstones},
    },
};

/// A message counts for so long, in milliseconds. It need not arrive later: by then, the response
/// that it is about is asked for anew, or at most for as long as the configuration says.
const MESSAGE_TIME: i64 = 30_000;

/// Used messages that are remembered. Beyond them, those of the last seconds could be used again, and
/// cost one call each.
const MOST_USED: usize = 16 * 1024;

/// Messages that were used, with their end. They are told apart by themselves: the clocks of two
/// senders do not tell which one is new.
#[derive(Default)]
pub(super) struct UsedMessages(Mutex<HashMap<Vec<u8>, UnixMillis>>);

impl UsedMessages {
    /// Whether it is used for the first time. Only for messages whose seal was checked.
    fn add(&self, message: &[u8], end: UnixMillis, now: UnixMillis) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MOST_USED {
            used.retain(|_, end| *end > now);
        }
        if used.len() >= MOST_USED {
            used.clear();
        }
        used.insert(message.to_vec(), end).is_none()
    }
}

impl Replicas {
    /// Tells all replicas to forget the token with this text or ID, and removes what is stored of it.
    /// Whether the message was sent.
    pub(crate) async fn forget(&self, kind: OpaqueKind, text: &str, sent_at: UnixMillis) -> bool {
        let mut time = FleetTime::in_background();
        let Some(connection) = self.link.connection(&mut time).await else { return false };
        let content = Forgotten { kind, fingerprint: Fingerprint::of(text.as_bytes()) }.to_bytes();
        let entry = Entry { content, asked_at: sent_at, end: sent_at.plus(MESSAGE_TIME) };
        let sealed = self.secret.seal(EntryKind::Forget, &self.channel, entry);
        let Some(sealed) = sealed else { return false };
        // It is done here already, and comes back to us.
        self.used.add(&sealed, sent_at.plus(MESSAGE_TIME), sent_at);
        let published = connection.publish(&self.channel, &sealed);
        let published =
            self.link.run(&connection, &mut time, FleetCommand::Publish, published).await;
        // A replica that starts now has not heard the message.
        let stored = new_lease(self.seal_of(kind), text).entry;
        let removed = connection.remove(&stored);
        let removed = self.link.run(&connection, &mut time, FleetCommand::Remove, removed).await;
        published.is_ok() && removed.is_ok()
    }
}

/// What is done with each message. One that another replica did not seal just now is dropped.
pub(super) fn listener(
    seal: Arc<Seal>,
    channel: String,
    clock: Clock,
    tombstones: Arc<Tombstones>,
    used: Arc<UsedMessages>,
) -> Listener {
    Box::new(move |message| {
        let now = clock.now();
        let latest = now.plus(CLOCK_DIFFERENCE);
        let opened = Some(message).filter(|message| message.len() <= LONGEST_MESSAGE);
        let opened = opened.and_then(|it| seal.open(EntryKind::Forget, &channel, it, latest).ok());
        let opened = opened.filter(|entry| used.add(message, entry.end, now));
        let forgotten =
            opened.and_then(|entry| Some((Forgotten::from_bytes(&entry.content)?, entry.asked_at)));
        if let Some((forgotten, sent_at)) = forgotten {
            tombstones.hear(forgotten, sent_at, now, clock.steady());
        } else {
            tracing::debug!("a message of the fleet is not used");
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_is_used_once_within_bounded_memory() {
        let (used, now) = (UsedMessages::default(), UnixMillis(1_800_000_000_000));
        let end = now.plus(MESSAGE_TIME);
        assert!(used.add(b"a", end, now) && used.add(b"b", end, now.plus(-9)));
        assert!(!used.add(b"a", end, now.plus(9)) && !used.add(b"b", end, now));
        for number in 0..2 * MOST_USED {
            assert!(used.add(&number.to_be_bytes(), end, now));
        }
        assert!(used.0.lock().unwrap().len() <= MOST_USED);
    }
}
