//! A `kid` in, whether a key of the instance with that ID verifies the token out; loads the key set
//! when it must.
//!
//! Many requests read one snapshot without a lock. One task at a time loads a new snapshot,
//! and everybody who needs it waits for that task: a caller who goes away cancels nobody else.

mod adoption;
mod load_limit;
mod loading;
mod snapshot;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use tokio::time::timeout;

use self::{
    loading::{LoadHistory, LoadResult, NoLoad},
    snapshot::KeySnapshot,
};
use super::key::{Algorithm, Key, Thumbprint};
use crate::{
    clock::Clock,
    error::{ErrorKind, TokenError, UpstreamError, UpstreamErrorKind},
    telemetry,
    token::Jwt,
    verify::{
        fleet::{FleetTime, Replicas},
        health::KeyHealth,
        http_client::{ApiRequest, CallError, Upstream},
        single_flight::{Flight, SingleFlight},
    },
};

/// After this age a snapshot is loaded anew while it is still used, so that nobody waits.
const REFRESH_AFTER: Duration = Duration::from_secs(240);

/// After this age a snapshot is used only if Clerk cannot be asked.
const LIFETIME: Duration = Duration::from_secs(300);

/// Where keys come from.
pub(crate) enum Keys {
    /// One key from the configuration. Its tokens may have any `kid`, or none.
    Pem(Key),
    /// The instance's key set.
    Set(Arc<KeySet>),
    /// The configuration names no source, so no JWT can be verified.
    None,
}

/// The instance's key set at one or more URLs of Clerk.
pub(crate) struct KeySet {
    upstream: Upstream,
    /// Called in this order, each where the one before it gives no answer.
    sources: Vec<ApiRequest>,
    clock: Clock,
    /// How old a snapshot may become while Clerk cannot be asked.
    stale_limit: Duration,
    /// The key from the configuration, for when no set is known and Clerk cannot be asked.
    fallback: Option<Arc<Key>>,
    snapshot: ArcSwapOption<KeySnapshot>,
    loads: Arc<SingleFlight<(), LoadResult>>,
    /// Taken after the lock of `loads`, where both are.
    history: Mutex<LoadHistory>,
    replicas: Option<Arc<Replicas>>,
    /// The lookup at the start, and whether it has ended.
    adoption: Arc<SingleFlight<(), Result<(), ErrorKind>>>,
    has_looked: AtomicBool,
}

impl Keys {
    /// Whether a token that this key once verified would be verified by it now, as far as can be
    /// said without waiting.
    pub(crate) fn hold(&self, thumbprint: &Thumbprint) -> bool {
        match self {
            Self::Pem(key) => key.thumbprint == *thumbprint,
            Self::Set(set) => set.usable(|snapshot| snapshot.holds(thumbprint)).unwrap_or(false),
            Self::None => false,
        }
    }

    pub(crate) fn health(&self) -> KeyHealth {
        match self {
            Self::Pem(_) => KeyHealth::Local,
            Self::Set(set) => set.health(),
            Self::None => KeyHealth::None,
        }
    }
}

impl KeySet {
    pub(crate) fn new(
        upstream: Upstream,
        sources: Vec<ApiRequest>,
        clock: Clock,
        stale_limit: Duration,
        fallback: Option<Key>,
        replicas: Option<Arc<Replicas>>,
    ) -> Self {
        Self {
            adoption: Arc::new(SingleFlight::new(upstream.deadline())),
            has_looked: AtomicBool::new(replicas.is_none()),
            replicas,
            loads: Arc::new(SingleFlight::new(upstream.deadline())),
            upstream,
            sources,
            clock,
            stale_limit,
            fallback: fallback.map(Arc::new),
            snapshot: ArcSwapOption::empty(),
            history: Mutex::default(),
        }
    }

    /// Verifies a signature with the keys of this ID. Loads the set if it is missing or too old,
    /// and, within a limit, if it does not have the ID or none of its keys verifies the token.
    pub(crate) async fn verify(
        self: &Arc<Self>,
        kid: &str,
        algorithm: Algorithm,
        jwt: &Jwt<'_>,
    ) -> Result<Thumbprint, ErrorKind> {
        let known = self.usable(Arc::clone);
        let verified = known.as_ref().and_then(|known| known.verify(kid, algorithm, jwt));
        // The rest is on the heap, because few requests come here: the future of each stays small.
        match (verified, known) {
            (Some(Ok(thumbprint)), _) => Ok(thumbprint),
            (Some(Err(fault)), Some(known)) => {
                Ok(Box::pin(self.verify_refreshed(&known, fault, kid, algorithm, jwt)).await?)
            }
            _ => Box::pin(self.verify_loaded(kid, algorithm, jwt)).await,
        }
    }

    /// `known` has the key ID, and none of its keys verifies the token. Either the token is forged,
    /// or Clerk has another key under that ID by now. Without a newer set it counts as forged.
    async fn verify_refreshed(
        self: &Arc<Self>,
        known: &Arc<KeySnapshot>,
        fault: TokenError,
        kid: &str,
        algorithm: Algorithm,
        jwt: &Jwt<'_>,
    ) -> Result<Thumbprint, TokenError> {
        let load = |seen: Option<&_>| self.load_after_bad_signature(seen.unwrap_or(known));
        let verify = |set: &KeySnapshot| verify_with(set, kid, algorithm, jwt);
        self.load_and_verify(load, verify).await.unwrap_or(Err(fault))
    }

    async fn verify_loaded(
        self: &Arc<Self>,
        kid: &str,
        algorithm: Algorithm,
        jwt: &Jwt<'_>,
    ) -> Result<Thumbprint, ErrorKind> {
        let load = |_: Option<&_>| self.load_missing(Some(kid));
        let verify = |set: &KeySnapshot| verify_with(set, kid, algorithm, jwt);
        self.adopt_at_start(Some(kid), FleetTime::of_request()).await;
        let why = match self.load_and_verify(load, verify).await {
            Ok(verified) => return Ok(verified?),
            Err(NoLoad::Failed(why)) => why,
            Err(NoLoad::Known(_) | NoLoad::Unknown) => return Err(TokenError::UnknownKey.into()),
        };
        let verified = match self.stale(&why) {
            Some(known) => known.verify(kid, algorithm, jwt),
            None => self.fallback(&why).map(|key| key.verify(algorithm, jwt)),
        };
        Ok(verified.ok_or(why)??)
    }

    /// Verifies with the set of the load that runs, or of a new one. A set that was asked for before
    /// the token came says nothing of a key that Clerk shows since: then looks once more.
    async fn load_and_verify(
        &self,
        load: impl Fn(Option<&Arc<KeySnapshot>>) -> Result<Flight<LoadResult>, NoLoad>,
        verify: impl Fn(&KeySnapshot) -> Result<Thumbprint, TokenError>,
    ) -> Result<Result<Thumbprint, TokenError>, NoLoad> {
        let came_at = self.clock.steady();
        let look = async |seen: Option<&_>| match load(seen) {
            Ok(load) => telemetry::wait_for_key_set(load.result()).await.map_err(NoLoad::Failed),
            Err(NoLoad::Known(set)) => Ok(set),
            Err(none) => Err(none),
        };
        let looks = async {
            let set = look(None).await?;
            match verify(&set) {
                Err(_) if set.was_asked_for_before(came_at) => {
                    look(Some(&set)).await.map(|set| verify(&set))
                }
                verified => Ok(verified),
            }
        };
        timeout(self.upstream.deadline(), looks).await.unwrap_or_else(|_| {
            Err(NoLoad::Failed(UpstreamError::new(UpstreamErrorKind::Timeout).into()))
        })
    }

    /// Loads the set, if there is none that may be used.
    pub(crate) async fn warm_up(self: &Arc<Self>) -> Result<(), ErrorKind> {
        if self.usable(|_| ()).is_some() {
            return Ok(());
        }
        self.adopt_at_start(None, FleetTime::in_background()).await;
        let loaded = match self.load_missing(None) {
            Ok(load) => telemetry::wait_for_key_set(load.result()).await.map(drop),
            Err(NoLoad::Known(_) | NoLoad::Unknown) => return Ok(()),
            Err(NoLoad::Failed(why)) => Err(why),
        };
        loaded.or_else(|why| {
            let will_do = self.stale(&why).is_some() || self.fallback(&why).is_some();
            if will_do { Ok(()) } else { Err(why.into()) }
        })
    }

    /// Reads the snapshot, if it may be used without waiting. A load starts behind one that grows
    /// old.
    fn usable<T>(self: &Arc<Self>, read: impl FnOnce(&Arc<KeySnapshot>) -> T) -> Option<T> {
        let current = self.snapshot.load();
        let snapshot = current.as_ref()?;
        let now = self.clock.steady();
        if snapshot.age(now) >= REFRESH_AFTER && snapshot.refresh_is_due(now) {
            self.refresh(snapshot, now);
        }
        self.is_usable(snapshot, now).then(|| read(snapshot))
    }

    fn is_usable(&self, snapshot: &KeySnapshot, now: Duration) -> bool {
        let age = snapshot.age(now);
        age < LIFETIME || (snapshot.is_in_outage(now) && age < self.stale_limit)
    }

    /// What was known must do where Clerk cannot be asked, until it is too old. It does not where
    /// Clerk refuses our key: then nobody says that we may go on.
    fn stale(&self, why: &CallError) -> Option<Arc<KeySnapshot>> {
        let now = self.clock.steady();
        let known = self.snapshot.load_full().filter(|_| why.is_outage());
        known.filter(|snapshot| snapshot.age(now) < self.stale_limit)
    }

    /// The configured key, where no set is known. Not where Clerk has answered without it: then it
    /// is withdrawn, and the configuration is old.
    fn fallback(&self, why: &CallError) -> Option<Arc<Key>> {
        self.fallback.clone().filter(|_| why.is_outage() && self.history().shows_fallback())
    }

    fn is_fallback_in(&self, snapshot: &KeySnapshot) -> bool {
        self.fallback.as_ref().is_some_and(|key| snapshot.shows(key))
    }

    /// Asks each source in turn. Only where one gives no answer, the next is asked.
    async fn load(&self) -> Result<Arc<KeySnapshot>, CallError> {
        // What is shown later can be more or less than what was asked for.
        let (asked_at, asked_at_wall) = (self.clock.steady(), self.clock.now());
        let read = |body: &[u8]| {
            let keys = snapshot::read(body)?;
            Ok((keys, self.replicas.as_ref().map(|_| body.to_vec())))
        };
        match self.upstream.ask_with_retry(&self.sources, read).await {
            Ok((keys, body)) => {
                self.share(body, asked_at_wall);
                Ok(Arc::new(KeySnapshot::new(keys, asked_at)))
            }
            Err(failed) => {
                if failed.is_outage() {
                    self.adopt(FleetTime::of_request()).await;
                }
                Err(failed)
            }
        }
    }

    fn health(&self) -> KeyHealth {
        let age = self.snapshot.load().as_ref().map(|known| known.age(self.clock.steady()));
        let history = self.history();
        match age {
            Some(age) if age < LIFETIME => KeyHealth::Fresh { age },
            // Clerk answers, and not to us: nobody says that we may go on.
            _ if history.is_rejected() => KeyHealth::Missing,
            Some(age) if age < self.stale_limit => KeyHealth::Stale { age },
            _ if self.fallback.is_some() && history.shows_fallback() => KeyHealth::Local,
            _ => KeyHealth::Missing,
        }
    }

    fn history(&self) -> MutexGuard<'_, LoadHistory> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A set without the key ID does not verify the token either.
fn verify_with(
    set: &KeySnapshot,
    kid: &str,
    algorithm: Algorithm,
    jwt: &Jwt<'_>,
) -> Result<Thumbprint, TokenError> {
    set.verify(kid, algorithm, jwt).unwrap_or(Err(TokenError::UnknownKey))
}
