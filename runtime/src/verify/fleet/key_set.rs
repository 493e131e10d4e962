//! The key set that replicas share, so that one that starts while Clerk is unreachable has keys.

use super::{
    FleetTime, PREFIX, Replicas,
    seal::{Entry, EntryKind},
    ttl,
};
use crate::{
    clock::UnixMillis,
    telemetry::{self, FleetCommand, FleetLookup},
};

/// Longest key set that is shared, in bytes.
const LONGEST_SHARED: usize = 64 * 1024;

/// The body of a key set, and when it was asked for.
pub(crate) struct SharedKeySet {
    pub(crate) body: Vec<u8>,
    pub(crate) asked_at: UnixMillis,
}

impl Replicas {
    /// The key set that another replica loaded from Clerk last.
    pub(crate) async fn key_set(&self, time: &mut FleetTime) -> Option<SharedKeySet> {
        let name = self.key_set_name();
        let (lookup, found) = self.find_key_set(&name, time).await;
        telemetry::fleet_looked_up(lookup);
        let Entry { content, asked_at, .. } = found?;
        Some(SharedKeySet { body: content, asked_at })
    }

    async fn find_key_set(&self, name: &str, time: &mut FleetTime) -> (FleetLookup, Option<Entry>) {
        let Some(connection) = self.link.connection(time).await else {
            return (FleetLookup::Unavailable, None);
        };
        let value = connection.get(name);
        match self.link.run(&connection, time, FleetCommand::Get, value).await {
            Ok(Some(sealed)) => {
                match self.secret.open(EntryKind::KeySet, name, &sealed, self.clock.now()) {
                    Ok(entry) => (FleetLookup::Hit, Some(entry)),
                    Err(why) => {
                        self.log_unusable(why);
                        (FleetLookup::Unusable, None)
                    }
                }
            }
            Ok(None) => (FleetLookup::Miss, None),
            Err(_) => (FleetLookup::Unavailable, None),
        }
    }

    /// Stores a key set that was just loaded from Clerk, unless a newer one is stored.
    pub(crate) async fn share_key_set(&self, set: SharedKeySet, end: UnixMillis) {
        let mut time = FleetTime::in_background();
        let is_newest =
            self.key_set(&mut time).await.is_none_or(|stored| stored.asked_at < set.asked_at);
        if !is_newest || set.body.len() > LONGEST_SHARED {
            return;
        }
        let (name, ttl) = (self.key_set_name(), ttl(end, self.clock.now()));
        let entry = Entry { content: set.body, asked_at: set.asked_at, end };
        let Some(sealed) = self.secret.seal(EntryKind::KeySet, &name, entry) else { return };
        let Some(connection) = self.link.connection(&mut time).await else { return };
        let stored = connection.set(&name, &sealed, ttl);
        // The next load is shared anew.
        let _ = self.link.run(&connection, &mut time, FleetCommand::Set, stored).await;
    }

    fn key_set_name(&self) -> String {
        format!("{PREFIX}keys:{}", self.secret.name(EntryKind::KeySet, b""))
    }
}
