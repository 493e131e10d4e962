//! Messages that tell all replicas to forget what they know about a token.

use std::sync::Arc;

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
        opaque::tombstones::{Forgotten, Tombstones},
    },
};

/// A message counts for so long, in milliseconds. It need not arrive later: by then, the response
/// that it is about is asked for anew, or at most for as long as the configuration says.
const MESSAGE_TIME: i64 = 30_000;

/// How far the clock of a sender may be ahead of ours, in milliseconds.
const CLOCK_DIFFERENCE: i64 = 5000;

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
) -> Listener {
    Box::new(move |message| {
        let now = clock.now();
        let latest = now.plus(CLOCK_DIFFERENCE);
        let opened = Some(message).filter(|message| message.len() <= LONGEST_MESSAGE);
        let opened = opened.and_then(|it| seal.open(EntryKind::Forget, &channel, it, latest).ok());
        let forgotten =
            opened.and_then(|entry| Some((Forgotten::from_bytes(&entry.content)?, entry.asked_at)));
        if let Some((forgotten, sent_at)) = forgotten {
            tombstones.hear(forgotten, sent_at, now, clock.steady());
        } else {
            tracing::debug!("a message of the fleet is not used");
        }
    })
}
