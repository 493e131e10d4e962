//! Verification responses that replicas share, and the lease that lets one of them call Clerk.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::{
    task::AbortHandle,
    time::{Instant, sleep},
};

use super::{
    FleetTime, PREFIX, Replicas,
    seal::{Entry, EntryKind, Seal},
    store::{ClaimOutcome, Lease},
    ttl,
};
use crate::{
    clock::UnixMillis,
    telemetry::{self, FleetCommand, FleetLookup},
    token::OpaqueKind,
};

/// Longest response that is shared, in bytes. Clerk's are below 4 KiB.
const LONGEST_SHARED: usize = 32 * 1024;

/// How long a lease is held. It is renewed while the call runs: one whose holder is gone, or that could
/// not be given back, delays others no longer than this.
const LEASE_TIME: Duration = Duration::from_millis(300);
const RENEWAL_INTERVAL: Duration = Duration::from_millis(100);

const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(40);

/// So many unusable entries are looked past. Then the request goes on without the store.
const MOST_UNUSABLE: usize = 3;

/// What Clerk said about a token, as it said it: each replica reads it by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SharedResponse {
    /// The body of a response of 200.
    Body(Vec<u8>),
    /// The status with which Clerk rejected the token.
    NotConfirmed(u16),
}

/// A response, and the time in which it is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SharedAnswer {
    pub(crate) response: SharedResponse,
    pub(crate) asked_at: UnixMillis,
    pub(crate) end: UnixMillis,
    /// How long it stays in the store behind its end, where it only tells that it was an approval.
    pub(crate) kept_for: Duration,
}

/// What came of a lookup.
pub(crate) enum Found<A> {
    Answer(A),
    /// Clerk is to be called; with a lease if no other replica does so.
    Call(Option<Lease>),
}

impl Replicas {
    /// Finds a response that `believe` accepts, or the right to call Clerk. Waits for the call of
    /// another replica, within bounds. `believe` also gets responses that have ended, and is told so.
    pub(crate) async fn find<A>(
        &self,
        kind: OpaqueKind,
        text: &str,
        time: &mut FleetTime,
        believe: impl Fn(SharedAnswer, bool) -> Option<A>,
    ) -> Found<A> {
        let looked_up = telemetry::fleet_looked_up;
        let Ok(_lookup) = self.lookups.try_acquire() else {
            looked_up(FleetLookup::Unavailable);
            return Found::Call(None);
        };
        let seal = self.seal_of(kind);
        let lease = new_lease(seal, text);
        let end_of_wait = Instant::now() + self.longest_wait;
        let (mut unusable, mut many_unusable) = (Vec::new(), 0);
        let mut pause = FIRST_PAUSE;
        loop {
            let claimed = match self.link.connection(time).await {
                Some(connection) => {
                    let claim = connection.claim(&lease, LEASE_TIME, &unusable);
                    self.link.run(&connection, time, FleetCommand::Claim, claim).await.ok()
                }
                None => None,
            };
            match claimed {
                Some(ClaimOutcome::Entry(sealed)) => {
                    let now = self.clock.now();
                    let answer = self.read(seal, &lease, &sealed, now);
                    let has_ended = answer.as_ref().is_some_and(|answer| answer.end <= now);
                    let believed = answer.and_then(|answer| believe(answer, has_ended));
                    if let Some(believed) = believed.filter(|_| !has_ended) {
                        looked_up(FleetLookup::Hit);
                        return Found::Answer(believed);
                    }
                    if !has_ended {
                        looked_up(FleetLookup::Unusable);
                    }
                    unusable = sealed;
                    many_unusable += 1;
                    if many_unusable == MOST_UNUSABLE {
                        return Found::Call(None);
                    }
                }
                Some(ClaimOutcome::Leased) => {
                    looked_up(FleetLookup::Miss);
                    return Found::Call(Some(lease));
                }
                Some(ClaimOutcome::HeldByAnother) if Instant::now() < end_of_wait => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Some(ClaimOutcome::HeldByAnother) => {
                    looked_up(FleetLookup::Miss);
                    return Found::Call(None);
                }
                None => {
                    looked_up(FleetLookup::Unavailable);
                    return Found::Call(None);
                }
            }
        }
    }

    /// Runs a call, and holds its lease meanwhile.
    pub(crate) async fn hold<T>(
        self: &Arc<Self>,
        lease: Option<&Lease>,
        call: impl Future<Output = T>,
    ) -> T {
        let Some(lease) = lease.cloned() else { return call.await };
        let replicas = Arc::clone(self);
        let renewals = tokio::spawn(async move {
            loop {
                sleep(RENEWAL_INTERVAL).await;
                let mut time = FleetTime::in_background();
                if let Some(connection) = replicas.link.connection(&mut time).await {
                    let renewed = connection.renew(&lease, LEASE_TIME);
                    let command = FleetCommand::Renew;
                    // Without it, another replica may call Clerk too.
                    let _ = replicas.link.run(&connection, &mut time, command, renewed).await;
                }
            }
        });
        let _renewals = AbortOnDrop(renewals.abort_handle());
        call.await
    }

    /// Stores a response, and gives the lease back. No request waits for it.
    pub(crate) fn share(
        self: &Arc<Self>,
        kind: OpaqueKind,
        text: &str,
        lease: Option<Lease>,
        answer: Option<SharedAnswer>,
    ) {
        let seal = self.seal_of(kind);
        // Without a lease there is none to give back, and the response is new all the same.
        let lease = match (lease, &answer) {
            (Some(lease), _) => lease,
            (None, Some(_)) => new_lease(seal, text),
            (None, None) => return,
        };
        let sealed = answer.and_then(|answer| {
            let ttl = ttl(answer.end, self.clock.now()) + answer.kept_for;
            let entry = answer.into_entry()?;
            Some((seal.seal(EntryKind::Verification, &lease.entry, entry)?, ttl))
        });
        let replicas = Arc::clone(self);
        tokio::spawn(async move {
            let mut time = FleetTime::in_background();
            let Some(connection) = replicas.link.connection(&mut time).await else { return };
            let entry = sealed.as_ref().map(|(sealed, ttl)| (&**sealed, *ttl));
            let settled = connection.settle(&lease, entry);
            // What is not stored is looked up again, and the lease ends by itself.
            let _ = replicas.link.run(&connection, &mut time, FleetCommand::Settle, settled).await;
        });
    }

    /// The key that Clerk is called with for this kind. Its entries are read with no other.
    pub(super) fn seal_of(&self, kind: OpaqueKind) -> &Seal {
        match kind {
            OpaqueKind::M2m => self.machine.as_ref().unwrap_or(&self.secret),
            OpaqueKind::OAuth | OpaqueKind::ApiKey => &self.secret,
        }
    }

    fn read(
        &self,
        seal: &Seal,
        lease: &Lease,
        sealed: &[u8],
        now: UnixMillis,
    ) -> Option<SharedAnswer> {
        let opened = seal.open_until_now(EntryKind::Verification, &lease.entry, sealed, now);
        let entry = opened.inspect_err(|why| self.log_unusable(*why)).ok()?;
        SharedAnswer::from_entry(entry)
    }
}

/// A task that ends with the work that it is for.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl SharedAnswer {
    fn into_entry(self) -> Option<Entry> {
        let content = match self.response {
            SharedResponse::Body(body) if body.len() <= LONGEST_SHARED => [&[0], &*body].concat(),
            SharedResponse::Body(_) => return None,
            SharedResponse::NotConfirmed(status) => [&[1], &status.to_be_bytes()[..]].concat(),
        };
        Some(Entry { content, asked_at: self.asked_at, end: self.end })
    }

    fn from_entry(entry: Entry) -> Option<Self> {
        let Entry { content, asked_at, end } = entry;
        let response = match content.split_first()? {
            (0, body) => SharedResponse::Body(body.to_vec()),
            (1, status) => {
                SharedResponse::NotConfirmed(u16::from_be_bytes(status.try_into().ok()?))
            }
            _ => return None,
        };
        Some(Self { response, asked_at, end, kept_for: Duration::ZERO })
    }
}

/// The names of a token's entry and lease. Braces keep them on one node of a cluster.
pub(super) fn new_lease(seal: &Seal, text: &str) -> Lease {
    let hash = seal.name(EntryKind::Verification, text.as_bytes());
    let mut holder = [0; 16];
    // Two leases with one holder are told apart by their name.
    let _ = rand::fill(&mut holder);
    Lease {
        entry: format!("{PREFIX}{{{hash}}}:response"),
        name: format!("{PREFIX}{{{hash}}}:lease"),
        holder: URL_SAFE_NO_PAD.encode(holder),
    }
}
