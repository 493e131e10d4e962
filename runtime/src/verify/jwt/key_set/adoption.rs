//! Takes over the key set that another replica loaded, and gives ours to the others.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use super::{KeySet, LIFETIME, snapshot, snapshot::KeySnapshot};
use crate::{
    clock::UnixMillis,
    telemetry,
    verify::fleet::{FleetTime, SharedKeySet},
};

impl KeySet {
    /// Looks once for a set of another replica, for all who wait. A load from Clerk starts first.
    pub(super) async fn adopt_at_start(self: &Arc<Self>, kid: Option<&str>, time: FleetTime) {
        if self.has_looked.load(Ordering::Acquire) {
            return;
        }
        // Whoever is not served by an adopted set joins it.
        let _load = self.load_missing(kid);
        let known = || self.has_looked.load(Ordering::Acquire).then_some(());
        let start = || {
            let (adopter, owner) = (Arc::clone(self), Arc::clone(self));
            let work = async move {
                adopter.adopt(time).await;
                Ok(())
            };
            let store = move |_: &_, _: Duration| owner.has_looked.store(true, Ordering::Release);
            Ok((work, store))
        };
        if let Ok(lookup) = self.adoption.join_or_start((), self.clock.steady(), known, start) {
            // Without a result, there is no set.
            let _ = lookup.result().await;
        }
    }

    /// Uses the set of another replica as if it was loaded here at the same time.
    pub(super) async fn adopt(&self, mut time: FleetTime) {
        let Some(replicas) = &self.replicas else { return };
        let Some(shared) = replicas.key_set(&mut time).await else { return };
        let Ok(keys) = snapshot::read(&shared.body) else { return };
        let age = self.clock.now().since(shared.asked_at);
        let adopted = Arc::new(KeySnapshot::new(keys, self.clock.steady().saturating_sub(age)));
        if self.replace(&adopted, true) {
            telemetry::key_set_fetched(shared.asked_at);
        }
    }

    /// Gives the others a set that was just loaded from Clerk. Nobody waits for it.
    pub(super) fn share(&self, body: Option<Vec<u8>>, asked_at: UnixMillis) {
        if let (Some(replicas), Some(body)) = (&self.replicas, body) {
            let time = self.stale_limit.max(LIFETIME).as_millis();
            let end = asked_at.plus(i64::try_from(time).unwrap_or(0));
            let replicas = Arc::clone(replicas);
            tokio::spawn(async move {
                replicas.share_key_set(SharedKeySet { body, asked_at }, end).await;
            });
        }
    }
}
