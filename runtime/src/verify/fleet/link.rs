//! The connection to the store. It is used while it works: after failures, requests go on without it
//! and do not wait, until a task has connected anew.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
    task::Poll,
    time::Duration,
};

use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
    time::{Instant, sleep, timeout},
};

use super::{
    PREFIX,
    store::{Opened, Store, StoreConnection, StoreError, StoreTask},
};
use crate::{
    telemetry::{self, FleetCommand},
    verify::health::FleetHealth,
};

/// All that one request may wait for the store.
const REQUEST_TIME: Duration = Duration::from_millis(50);

/// What work may take for which no request waits.
const BACKGROUND_TIME: Duration = Duration::from_secs(1);

/// So many failures one after the other end the use of a connection.
const MOST_FAILURES: u32 = 3;

/// How long connecting may take, in all.
const CONNECT_TIME: Duration = Duration::from_secs(2);

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Written before a connection is used, so that a store that only reads is not.
const PROBE: &str = "probe";

/// What arrives on the channel is given to this.
pub(super) type Listener = Box<dyn Fn(&[u8]) + Send + Sync>;

pub(crate) struct Link {
    store: Arc<dyn Store>,
    channel: String,
    state: watch::Sender<LinkState>,
    failures: AtomicU32,
    /// The task that connects. It ends with its runtime, and then the next request starts another.
    task: Mutex<Option<AbortHandle>>,
    listener: Listener,
}

#[derive(Clone)]
enum LinkState {
    /// Not tried yet, or the first try is under way.
    Unknown,
    Up(Arc<dyn StoreConnection>),
    Down,
}

/// The time that is left for the store.
pub(crate) struct FleetTime(Duration);

impl FleetTime {
    pub(crate) const fn of_request() -> Self {
        Self(REQUEST_TIME)
    }

    pub(crate) const fn in_background() -> Self {
        Self(BACKGROUND_TIME)
    }

    /// Runs one step, and takes its time.
    async fn spend<T>(&mut self, step: impl Future<Output = T>) -> Option<T> {
        let started_at = Instant::now();
        let ended = timeout(self.0, step).await.ok();
        self.0 = self.0.saturating_sub(started_at.elapsed());
        ended
    }
}

impl Link {
    pub(crate) fn new(store: Arc<dyn Store>, channel: String, listener: Listener) -> Arc<Self> {
        let state = watch::Sender::new(LinkState::Unknown);
        let (failures, task) = (AtomicU32::new(0), Mutex::default());
        Arc::new(Self { store, channel, state, failures, task, listener })
    }

    /// The connection, if there is one that works. Waits only for the very first.
    pub(crate) async fn connection(
        self: &Arc<Self>,
        time: &mut FleetTime,
    ) -> Option<Arc<dyn StoreConnection>> {
        self.keep_connecting();
        let known = match &*self.state.borrow() {
            LinkState::Up(connection) => Some(Some(Arc::clone(connection))),
            LinkState::Down => Some(None),
            LinkState::Unknown => None,
        };
        if let Some(known) = known {
            return known;
        }
        let mut state = self.state.subscribe();
        let settled = state.wait_for(|state| !matches!(state, LinkState::Unknown));
        match time.spend(settled).await?.ok().as_deref() {
            Some(LinkState::Up(connection)) => Some(Arc::clone(connection)),
            _ => None,
        }
    }

    /// Runs one operation within the time that is left.
    pub(crate) async fn run<T>(
        &self,
        connection: &Arc<dyn StoreConnection>,
        time: &mut FleetTime,
        command: FleetCommand,
        operation: StoreTask<'_, T>,
    ) -> Result<T, StoreError> {
        let granted = time.0;
        if granted.is_zero() {
            return Err(StoreError::Timeout);
        }
        let started_at = Instant::now();
        let result = time.spend(operation).await.unwrap_or(Err(StoreError::Timeout));
        let outcome = result.as_ref().map_or_else(|why| why.as_str(), |_| "answered");
        telemetry::fleet_called(command, outcome, started_at.elapsed());
        match &result {
            Ok(_) => self.failures.store(0, Ordering::Relaxed),
            // It says something of one entry, and nothing of the store.
            Err(StoreError::Mistyped) => {}
            // Earlier commands of the request took the time.
            Err(StoreError::Timeout) if granted < REQUEST_TIME / 2 => {}
            Err(why) => {
                let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
                if *why == StoreError::Connection || failures >= MOST_FAILURES {
                    self.give_up(connection, *why);
                }
            }
        }
        result
    }

    pub(crate) fn health(&self) -> FleetHealth {
        match *self.state.borrow() {
            LinkState::Unknown => FleetHealth::Untried,
            LinkState::Up(_) => FleetHealth::Up,
            LinkState::Down => FleetHealth::Down,
        }
    }

    fn give_up(&self, connection: &Arc<dyn StoreConnection>, why: StoreError) {
        self.state.send_if_modified(|state| {
            let is_used =
                matches!(state, LinkState::Up(current) if Arc::ptr_eq(current, connection));
            if is_used {
                *state = LinkState::Down;
                is_down(why);
            }
            is_used
        });
    }

    fn use_connection(&self, connection: Arc<dyn StoreConnection>) {
        self.failures.store(0, Ordering::Relaxed);
        self.state.send_replace(LinkState::Up(connection));
        telemetry::fleet_is_up(true);
        tracing::info!("the store of the fleet is used");
    }

    fn could_not_connect(&self, why: StoreError) {
        if matches!(self.state.send_replace(LinkState::Down), LinkState::Unknown) {
            is_down(why);
        }
    }

    fn keep_connecting(self: &Arc<Self>) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        if task.is_some() {
            // Its runtime has ended, and the connection with it.
            self.state.send_replace(LinkState::Unknown);
        }
        let link = Arc::downgrade(self);
        *task = Some(tokio::spawn(keep_connecting(link)).abort_handle());
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = task {
            task.abort();
        }
    }
}

/// Connects, listens while the connection is used, and begins anew.
async fn keep_connecting(owner: Weak<Link>) {
    let mut pause = FIRST_PAUSE;
    loop {
        let Some(link) = owner.upgrade() else { return };
        let opened = connect(&link).await;
        match opened {
            Ok(Opened { connection, messages }) => {
                pause = FIRST_PAUSE;
                let state = link.state.subscribe();
                link.use_connection(Arc::clone(&connection));
                drop(link);
                listen(&owner, &connection, messages, state).await;
            }
            Err(why) => {
                link.could_not_connect(why);
                drop(link);
            }
        }
        sleep(with_jitter(pause)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn connect(link: &Link) -> Result<Opened, StoreError> {
    let probe = format!("{PREFIX}{PROBE}");
    let connect = async {
        let opened = link.store.connect(&link.channel).await?;
        let written = opened.connection.set(&probe, b"1", Duration::from_secs(1));
        timeout(BACKGROUND_TIME, written).await.map_err(|_| StoreError::Timeout)??;
        Ok(opened)
    };
    timeout(CONNECT_TIME, connect).await.unwrap_or(Err(StoreError::Timeout))
}

/// Returns when the connection is given up, or nothing can arrive any more.
async fn listen(
    owner: &Weak<Link>,
    connection: &Arc<dyn StoreConnection>,
    mut messages: mpsc::Receiver<Vec<u8>>,
    mut state: watch::Receiver<LinkState>,
) {
    loop {
        let heard = {
            let mut changed = pin!(state.changed());
            poll_fn(|context| match changed.as_mut().poll(context) {
                Poll::Ready(_) => Poll::Ready(None),
                Poll::Pending => messages.poll_recv(context).map(Some),
            })
            .await
        };
        let Some(link) = owner.upgrade() else { return };
        match heard {
            Some(Some(message)) => (link.listener)(&message),
            // The subscription is lost, so it is all the same whether the rest works.
            Some(None) => link.give_up(connection, StoreError::Connection),
            None => {}
        }
        if link.health() != FleetHealth::Up {
            return;
        }
    }
}

fn is_down(why: StoreError) {
    telemetry::fleet_is_up(false);
    tracing::warn!(%why, "the store of the fleet is not used until it works again");
}

/// From half of the pause to all of it, so that replicas do not come back at once.
fn with_jitter(pause: Duration) -> Duration {
    let mut byte = [0];
    // Without it, the pause is the shortest.
    let _ = aws_lc_rs::rand::fill(&mut byte);
    pause / 2 + pause * u32::from(byte[0]) / 512
}
