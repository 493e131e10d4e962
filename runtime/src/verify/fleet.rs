//! What replicas share through a store: verification responses, the rate limit, the key set, and which
//! tokens to forget.
//!
//! The store is never needed and never believed: what is read from it is [sealed](seal), and without
//! it each replica does what it does alone.

pub(crate) mod call_pool;
mod forget;
mod key_set;
pub(crate) mod link;
#[cfg(all(test, feature = "testing"))]
pub(crate) mod memory;
#[cfg(feature = "redis")]
pub(crate) mod redis;
pub(crate) mod response;
pub(crate) mod seal;
pub(crate) mod store;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::sync::Semaphore;

pub(crate) use self::{
    key_set::SharedKeySet,
    link::FleetTime,
    response::{Found, SharedAnswer, SharedResponse},
    store::Store,
};

use self::{
    forget::UsedMessages,
    link::Link,
    seal::{EntryKind, Seal, Unusable},
};
use super::{
    health::FleetHealth,
    http_client::Timeouts,
    opaque::{rate_limit::CallLimit, tombstones::Tombstones},
};
use crate::{
    clock::{Clock, UnixMillis},
    telemetry::FleetCommand,
    token::OpaqueKind,
};

/// Every name in the store begins with it, so that an access control list can name it.
pub(crate) const PREFIX: &str = "clerk-auth:1:";

/// Lookups that run at once. A request beyond them goes on without the store.
const MOST_LOOKUPS: usize = 512;

/// How long a request waits for the call of another replica, at most. It can still make its own then.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// An unusable entry is logged once in this time: whoever writes to the store can make many.
const LOG_INTERVAL: i64 = 1000;

/// What a fleet is made of.
pub(crate) struct FleetSettings {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) replicas: u32,
    pub(crate) secret: Seal,
    pub(crate) machine: Option<Seal>,
    /// The instance and the URL of the Backend API.
    pub(crate) instance: [String; 2],
    pub(crate) timeouts: Timeouts,
}

/// The way to what other replicas know.
pub(crate) struct Replicas {
    link: Arc<Link>,
    secret: Arc<Seal>,
    machine: Option<Seal>,
    count: u32,
    instance: [String; 2],
    /// How long a request waits for the call of another replica.
    longest_wait: Duration,
    lookups: Semaphore,
    clock: Clock,
    channel: String,
    used: Arc<UsedMessages>,
    last_logged: AtomicI64,
}

impl Replicas {
    pub(crate) fn new(
        settings: FleetSettings,
        clock: Clock,
        tombstones: Arc<Tombstones>,
    ) -> Arc<Self> {
        let FleetSettings { store, replicas: count, secret, machine, instance, timeouts } =
            settings;
        let secret = Arc::new(secret);
        let channel = format!("{PREFIX}forget:{}", secret.name(EntryKind::Forget, b""));
        let used = Arc::new(UsedMessages::default());
        let listener = forget::listener(
            Arc::clone(&secret),
            channel.clone(),
            clock.clone(),
            tombstones,
            Arc::clone(&used),
        );
        Arc::new(Self {
            link: Link::new(store, channel.clone(), listener),
            secret,
            machine,
            count,
            instance,
            longest_wait: LONGEST_WAIT.min(timeouts.deadline / 3),
            lookups: Semaphore::new(MOST_LOOKUPS),
            clock,
            channel,
            used,
            last_logged: AtomicI64::new(i64::MIN),
        })
    }

    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    pub(crate) fn health(&self) -> FleetHealth {
        self.link.health()
    }

    /// Takes one call from the pool of an endpoint. `false` if none is left, or the store cannot tell.
    pub(crate) async fn take_call(
        &self,
        kind: OpaqueKind,
        limit: CallLimit,
        is_new_token: bool,
        time: &mut FleetTime,
    ) -> bool {
        let Some(connection) = self.link.connection(time).await else { return false };
        let limit = call_pool::pool(limit, self.count, is_new_token);
        let name = self.pool_name(kind);
        let taken = connection.take_call(&name, limit);
        self.link.run(&connection, time, FleetCommand::TakeCall, taken).await.unwrap_or(false)
    }

    /// Named by the instance and not by a secret: a rotation must not double the limit.
    fn pool_name(&self, kind: OpaqueKind) -> String {
        let [instance, api_url] = &self.instance;
        let text = format!("{instance}\n{api_url}\n{}", kind.token_type());
        let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()));
        format!("{PREFIX}calls:{hash}")
    }

    /// Logs why an entry of the store is not used.
    fn log_unusable(&self, why: Unusable) {
        if self.may_log(self.clock.now()) {
            let reason = why.as_str();
            tracing::warn!(reason, "an entry of the fleet is not used");
        }
    }

    fn may_log(&self, now: UnixMillis) -> bool {
        let last = self.last_logged.load(Ordering::Relaxed);
        now.0.saturating_sub(last) >= LOG_INTERVAL
            && self
                .last_logged
                .compare_exchange(last, now.0, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// How long an entry stays in the store: until its end, and never for ever.
fn ttl(end: UnixMillis, now: UnixMillis) -> Duration {
    end.since(now).max(Duration::from_millis(1))
}

#[cfg(test)]
#[cfg(feature = "testing")]
mod tests;
