//! What a store must do, so that replicas can share through it. Nothing in it is believed: see
//! [`seal`](super::seal).

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::sync::mpsc;

/// Longest value that is read from a store, in bytes. Whoever writes to it could store gigabytes.
pub(crate) const LONGEST_VALUE: usize = 68 * 1024;

/// Longest message that is used, in bytes. Ours are shorter.
pub(crate) const LONGEST_MESSAGE: usize = 256;

/// Work of a store that runs.
pub(crate) type StoreTask<'s, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 's>>;

/// A store that several processes reach.
pub(crate) trait Store: Send + Sync {
    /// Connects anew, and subscribes to `channel`.
    fn connect<'s>(&'s self, channel: &'s str) -> StoreTask<'s, Opened>;
}

/// A connection, and what arrives on the channel until the connection is lost.
pub(crate) struct Opened {
    pub(crate) connection: Arc<dyn StoreConnection>,
    pub(crate) messages: mpsc::Receiver<Vec<u8>>,
}

/// One connection for all requests. Each operation is atomic, and has no time-out of its own.
pub(crate) trait StoreConnection: Send + Sync {
    /// Reads a value; `None` if there is none. Of a longer one, [`LONGEST_VALUE`] bytes.
    fn get<'s>(&'s self, name: &'s str) -> StoreTask<'s, Option<Vec<u8>>>;

    fn set<'s>(&'s self, name: &'s str, value: &'s [u8], ttl: Duration) -> StoreTask<'s, ()>;

    fn remove<'s>(&'s self, name: &'s str) -> StoreTask<'s, ()>;

    /// Reads the entry, unless it is `unusable`. Without one, takes the lease, unless another holds
    /// it.
    fn claim<'s>(
        &'s self,
        lease: &'s Lease,
        ttl: Duration,
        unusable: &'s [u8],
    ) -> StoreTask<'s, ClaimOutcome>;

    /// Holds the lease for longer, if it is still this one.
    fn renew<'s>(&'s self, lease: &'s Lease, ttl: Duration) -> StoreTask<'s, ()>;

    /// Stores the entry, if there is one, and gives the lease back, if it is still this one.
    fn settle<'s>(
        &'s self,
        lease: &'s Lease,
        entry: Option<(&'s [u8], Duration)>,
    ) -> StoreTask<'s, ()>;

    /// Counts one more call under `name`, unless that would be more than the limit in any
    /// [`POOL_WINDOW`](super::call_pool::POOL_WINDOW).
    fn take_call<'s>(&'s self, name: &'s str, limit: PoolLimit) -> StoreTask<'s, bool>;

    fn publish<'s>(&'s self, channel: &'s str, message: &'s [u8]) -> StoreTask<'s, ()>;
}

/// The right to call Clerk about one token for all replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// Where the response is stored.
    pub(crate) entry: String,
    /// Where the lease is.
    pub(crate) name: String,
    /// Who holds it: random.
    pub(crate) holder: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClaimOutcome {
    Entry(Vec<u8>),
    Leased,
    HeldByAnother,
}

/// Calls that replicas may take from the pool, all and those about new tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PoolLimit {
    pub(crate) calls: u32,
    pub(crate) for_new_tokens: u32,
    pub(crate) is_new_token: bool,
}

/// Why a store did not do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("no reply in time")]
    Timeout,
    #[error("the connection failed")]
    Connection,
    #[error("a server that is not on loopback was named, and the connection is not encrypted")]
    Unencrypted,
    #[error("the store rejected our credentials")]
    Credentials,
    #[error("the store is read-only")]
    ReadOnly,
    #[error("the store is full")]
    Full,
    #[error("the store replied with an error")]
    Rejected,
    #[error("the reply is not of the type of the command")]
    Mistyped,
}

impl StoreError {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Unencrypted => "unencrypted",
            Self::Credentials => "credentials",
            Self::ReadOnly => "read_only",
            Self::Full => "full",
            Self::Rejected => "rejected",
            Self::Mistyped => "mistyped",
        }
    }
}
