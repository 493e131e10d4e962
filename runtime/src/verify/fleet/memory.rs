//! A store in this process, for tests: what several `Replicas` of one test share.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::mpsc;

use super::store::{
    ClaimOutcome, Lease, Opened, PoolLimit, Store, StoreConnection, StoreError, StoreTask,
};

/// What a test makes the store do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    #[default]
    None,
    /// It replies to nothing.
    Hangs,
    Fails(StoreError),
}

/// Values without a time: a test removes them itself.
#[derive(Clone, Default)]
pub(crate) struct MemoryStore(Arc<Contents>);

#[derive(Default)]
struct Contents {
    values: Mutex<HashMap<String, Vec<u8>>>,
    listeners: Mutex<Vec<mpsc::Sender<Vec<u8>>>>,
    fault: Mutex<Fault>,
    commands: AtomicUsize,
    /// How many calls the pool has left.
    calls: AtomicUsize,
}

impl MemoryStore {
    pub(crate) fn values(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.0.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_fault(&self, fault: Fault) {
        *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    pub(crate) fn set_calls(&self, calls: usize) {
        self.0.calls.store(calls, Ordering::Relaxed);
    }

    pub(crate) fn commands(&self) -> usize {
        self.0.commands.load(Ordering::Relaxed)
    }

    pub(crate) fn listen(&self, listener: mpsc::Sender<Vec<u8>>) {
        self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    fn task<'s, T: Send + 's>(
        &'s self,
        work: impl FnOnce(&Self) -> T + Send + 's,
    ) -> StoreTask<'s, T> {
        self.0.commands.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let fault = *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner);
            match fault {
                Fault::None => Ok(work(self)),
                Fault::Hangs => std::future::pending().await,
                Fault::Fails(why) => Err(why),
            }
        })
    }

    pub(crate) fn send(&self, message: &[u8]) {
        let listeners = self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        for listener in &*listeners {
            // One that is gone hears nothing.
            let _ = listener.try_send(message.to_vec());
        }
    }
}

impl Store for MemoryStore {
    fn connect<'s>(&'s self, _channel: &'s str) -> StoreTask<'s, Opened> {
        let (sender, messages) = mpsc::channel(64);
        self.task(move |store| {
            store.listen(sender);
            Opened { connection: Arc::new(store.clone()), messages }
        })
    }
}

impl StoreConnection for MemoryStore {
    fn get<'s>(&'s self, name: &'s str) -> StoreTask<'s, Option<Vec<u8>>> {
        self.task(move |store| store.values().get(name).cloned())
    }

    fn set<'s>(&'s self, name: &'s str, value: &'s [u8], _: Duration) -> StoreTask<'s, ()> {
        self.task(move |store| drop(store.values().insert(name.into(), value.into())))
    }

    fn remove<'s>(&'s self, name: &'s str) -> StoreTask<'s, ()> {
        self.task(move |store| drop(store.values().remove(name)))
    }

    fn claim<'s>(
        &'s self,
        lease: &'s Lease,
        _: Duration,
        unusable: &'s [u8],
    ) -> StoreTask<'s, ClaimOutcome> {
        self.task(move |store| {
            let mut values = store.values();
            if let Some(entry) = values.get(&lease.entry).filter(|entry| **entry != unusable) {
                return ClaimOutcome::Entry(entry.clone());
            }
            if values.contains_key(&lease.name) {
                return ClaimOutcome::HeldByAnother;
            }
            values.insert(lease.name.clone(), lease.holder.clone().into());
            ClaimOutcome::Leased
        })
    }

    fn renew<'s>(&'s self, _lease: &'s Lease, _: Duration) -> StoreTask<'s, ()> {
        self.task(|_| ())
    }

    fn settle<'s>(
        &'s self,
        lease: &'s Lease,
        entry: Option<(&'s [u8], Duration)>,
    ) -> StoreTask<'s, ()> {
        self.task(move |store| {
            let mut values = store.values();
            if let Some((entry, _)) = entry {
                values.insert(lease.entry.clone(), entry.into());
            }
            if values.get(&lease.name).is_some_and(|holder| *holder == lease.holder.as_bytes()) {
                values.remove(&lease.name);
            }
        })
    }

    fn take_call<'s>(&'s self, _name: &'s str, _limit: PoolLimit) -> StoreTask<'s, bool> {
        self.task(move |store| {
            let take = |left: usize| left.checked_sub(1);
            store.0.calls.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
        })
    }

    fn publish<'s>(&'s self, _channel: &'s str, message: &'s [u8]) -> StoreTask<'s, ()> {
        self.task(move |store| store.send(message))
    }
}
