//! Redis or Valkey as the store of a fleet: one server, a cluster, or servers behind sentinels. The only
//! place that names the crate `redis`.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, FromRedisValue,
    IntoConnectionInfo, ServerErrorKind, TlsMode, Value,
    aio::MultiplexedConnection,
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    sentinel::{SentinelClientBuilder, SentinelServerType},
};
use tokio::sync::mpsc;

use super::store::{
    ClaimOutcome, LONGEST_VALUE, Lease, Opened, PoolLimit, Store, StoreConnection, StoreError,
    StoreTask,
};
use crate::verify::fleet::call_pool::POOL_WINDOW;

const CALL_POOL: &str = include_str!("call_pool.lua");

/// The entry, unless the caller cannot use this one. Without one, the lease, if nobody has it: 1.
const CLAIM: &str = "\
local entry = redis.call('GETRANGE', KEYS[1], 0, ARGV[1])
if entry ~= '' and entry ~= ARGV[2] then return entry end
if redis.call('SET', KEYS[2], ARGV[3], 'NX', 'PX', ARGV[4]) then return 1 end
return 0";

const RENEW: &str = "\
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1";

const SETTLE: &str = "\
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1";

/// How long one connection may take. What runs on it has a time of its own.
const CONNECT_TIME: Duration = Duration::from_secs(1);
const REPLY_TIME: Duration = Duration::from_secs(1);

/// Messages that wait for us. The connection waits for more room.
const MOST_MESSAGES: usize = 64;

/// Where the servers are.
pub(crate) enum RedisStore {
    One(ConnectionInfo),
    /// Some nodes of a cluster.
    Cluster(Vec<ConnectionInfo>),
    /// The name of the service, the sentinels, and how its servers are reached.
    Sentinel {
        service: String,
        sentinels: Vec<ConnectionAddr>,
        server: ConnectionInfo,
    },
}

#[derive(Clone)]
enum RedisConnection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl RedisStore {
    /// `None` if a URL is none of a server, or there is none.
    pub(crate) fn one(url: &str) -> Option<Self> {
        url.into_connection_info().ok().map(Self::One)
    }

    pub(crate) fn cluster(urls: &[&str]) -> Option<Self> {
        infos(urls).map(Self::Cluster)
    }

    /// User, password and database of the first URL are those of the servers. Sentinels get none.
    pub(crate) fn sentinel(service: &str, urls: &[&str]) -> Option<Self> {
        let sentinels = infos(urls)?;
        let server = sentinels.first()?.clone();
        let sentinels = sentinels.iter().map(|info| info.addr().clone()).collect();
        Some(Self::Sentinel { service: service.to_owned(), sentinels, server })
    }

    async fn open(&self, channel: &str) -> Result<Opened, StoreError> {
        if self.is_encrypted() {
            provide_cryptography();
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIME))
            .set_response_timeout(Some(REPLY_TIME));
        let (connection, listening) = match self {
            Self::One(_) | Self::Sentinel { .. } => {
                let client = self.client().await?;
                let connection = client.get_multiplexed_async_connection_with_config(&config);
                (RedisConnection::One(connection.await.map_err(of_error)?), client)
            }
            Self::Cluster(nodes) => {
                let client = ClusterClient::builder(nodes.clone())
                    .connection_timeout(CONNECT_TIME)
                    .response_timeout(REPLY_TIME)
                    .retries(1)
                    .build()
                    .map_err(of_error)?;
                let connection = client.get_async_connection().await.map_err(of_error)?;
                (RedisConnection::Cluster(connection), any_node(nodes).await?)
            }
        };
        let messages = subscribe(&listening, channel).await?;
        Ok(Opened { connection: Arc::new(connection), messages })
    }

    fn is_encrypted(&self) -> bool {
        let first = match self {
            Self::One(server) | Self::Sentinel { server, .. } => Some(server),
            Self::Cluster(nodes) => nodes.first(),
        };
        first.is_some_and(|info| matches!(info.addr(), ConnectionAddr::TcpTls { .. }))
    }

    /// The server to write to now.
    async fn client(&self) -> Result<Client, StoreError> {
        match self {
            Self::One(info) => Client::open(info.clone()).map_err(of_error),
            Self::Cluster(_) => Err(StoreError::Connection),
            Self::Sentinel { service, sentinels, server } => {
                let of_master = SentinelServerType::Master;
                let builder = SentinelClientBuilder::new(sentinels.clone(), service, of_master);
                let settings = server.redis_settings();
                let mut builder = builder.map_err(of_error)?.set_client_to_redis_db(settings.db());
                if let Some(user) = settings.username() {
                    builder = builder.set_client_to_redis_username(user);
                }
                if let Some(password) = settings.password() {
                    builder = builder.set_client_to_redis_password(password);
                }
                if matches!(server.addr(), ConnectionAddr::TcpTls { .. }) {
                    builder = builder.set_client_to_redis_tls_mode(TlsMode::Secure);
                    builder = builder.set_client_to_sentinel_tls_mode(TlsMode::Secure);
                }
                let mut client = builder.build().map_err(of_error)?;
                client.async_get_client().await.map_err(of_error)
            }
        }
    }
}

impl Store for RedisStore {
    fn connect<'s>(&'s self, channel: &'s str) -> StoreTask<'s, Opened> {
        Box::pin(self.open(channel))
    }
}

impl RedisConnection {
    async fn ask<T: FromRedisValue>(&self, command: Cmd) -> Result<T, StoreError> {
        let reply = match self.clone() {
            Self::One(mut connection) => command.query_async(&mut connection).await,
            Self::Cluster(mut connection) => command.query_async(&mut connection).await,
        };
        reply.map_err(of_error)
    }
}

impl StoreConnection for RedisConnection {
    fn get<'s>(&'s self, name: &'s str) -> StoreTask<'s, Option<Vec<u8>>> {
        Box::pin(async move {
            let mut command = redis::cmd("GETRANGE");
            command.arg(name).arg(0).arg(LONGEST_VALUE - 1);
            let value: Vec<u8> = self.ask(command).await?;
            Ok(Some(value).filter(|value| !value.is_empty()))
        })
    }

    fn set<'s>(&'s self, name: &'s str, value: &'s [u8], ttl: Duration) -> StoreTask<'s, ()> {
        Box::pin(async move {
            let mut command = redis::cmd("SET");
            command.arg(name).arg(value).arg("PX").arg(millis(ttl));
            self.ask(command).await
        })
    }

    fn remove<'s>(&'s self, name: &'s str) -> StoreTask<'s, ()> {
        Box::pin(async move {
            let mut command = redis::cmd("DEL");
            command.arg(name);
            self.ask(command).await
        })
    }

    fn claim<'s>(
        &'s self,
        lease: &'s Lease,
        ttl: Duration,
        unusable: &'s [u8],
    ) -> StoreTask<'s, ClaimOutcome> {
        Box::pin(async move {
            let mut command = script(CLAIM, &[&lease.entry, &lease.name]);
            command.arg(LONGEST_VALUE - 1).arg(unusable).arg(&lease.holder).arg(millis(ttl));
            match self.ask(command).await? {
                Value::BulkString(entry) => Ok(ClaimOutcome::Entry(entry)),
                Value::Int(1) => Ok(ClaimOutcome::Leased),
                Value::Int(0) => Ok(ClaimOutcome::HeldByAnother),
                _ => Err(StoreError::Mistyped),
            }
        })
    }

    fn renew<'s>(&'s self, lease: &'s Lease, ttl: Duration) -> StoreTask<'s, ()> {
        Box::pin(async move {
            let mut command = script(RENEW, &[&lease.name]);
            command.arg(&lease.holder).arg(millis(ttl));
            self.ask(command).await
        })
    }

    fn settle<'s>(
        &'s self,
        lease: &'s Lease,
        entry: Option<(&'s [u8], Duration)>,
    ) -> StoreTask<'s, ()> {
        Box::pin(async move {
            let mut command = script(SETTLE, &[&lease.entry, &lease.name]);
            let (entry, ttl) = entry.unwrap_or_default();
            command.arg(&lease.holder).arg(entry).arg(millis(ttl));
            self.ask(command).await
        })
    }

    fn take_call<'s>(&'s self, name: &'s str, limit: PoolLimit) -> StoreTask<'s, bool> {
        Box::pin(async move {
            let mut command = script(CALL_POOL, &[name]);
            let tenths = millis(POOL_WINDOW).div_ceil(100);
            command.arg(tenths).arg(limit.calls).arg(limit.for_new_tokens);
            command.arg(u8::from(limit.is_new_token));
            match self.ask(command).await? {
                Value::Int(1) => Ok(true),
                Value::Int(0) => Ok(false),
                _ => Err(StoreError::Mistyped),
            }
        })
    }

    fn publish<'s>(&'s self, channel: &'s str, message: &'s [u8]) -> StoreTask<'s, ()> {
        Box::pin(async move {
            let mut command = redis::cmd("PUBLISH");
            command.arg(channel).arg(message);
            self.ask(command).await
        })
    }
}

/// The client of Redis takes the provider of the process. Without one, and with two to choose from,
/// rustls would panic.
fn provide_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread can have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

/// The whole script each time: a server that was restarted knows none by its hash.
fn script(code: &str, keys: &[&str]) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(code).arg(keys.len()).arg(keys);
    command
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn infos(urls: &[&str]) -> Option<Vec<ConnectionInfo>> {
    let infos: Option<Vec<_>> = urls.iter().map(|url| url.into_connection_info().ok()).collect();
    infos.filter(|infos| !infos.is_empty())
}

/// A cluster passes each message on to all of its nodes.
async fn any_node(nodes: &[ConnectionInfo]) -> Result<Client, StoreError> {
    let mut failed = StoreError::Connection;
    for node in nodes {
        let client = Client::open(node.clone()).map_err(of_error)?;
        let pinged = async {
            let mut connection = client.get_multiplexed_async_connection().await?;
            redis::cmd("PING").query_async::<()>(&mut connection).await
        };
        match tokio::time::timeout(CONNECT_TIME / 2, pinged).await {
            Ok(Ok(())) => return Ok(client),
            Ok(Err(why)) => failed = of_error(why),
            Err(_) => failed = StoreError::Timeout,
        }
    }
    Err(failed)
}

async fn subscribe(client: &Client, channel: &str) -> Result<mpsc::Receiver<Vec<u8>>, StoreError> {
    let mut subscription = client.get_async_pubsub().await.map_err(of_error)?;
    subscription.subscribe(channel).await.map_err(of_error)?;
    let (sender, messages) = mpsc::channel(MOST_MESSAGES);
    tokio::spawn(async move {
        let mut arriving = subscription.into_on_message();
        loop {
            tokio::select! {
                message = arriving.next() => {
                    let Some(message) = message else { return };
                    if sender.send(message.get_payload_bytes().to_vec()).await.is_err() {
                        return;
                    }
                }
                () = sender.closed() => return,
            }
        }
    });
    Ok(messages)
}

/// Says what failed in words of our own: the texts of a server are its own, and an address can be
/// secret.
#[allow(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn of_error(error: redis::RedisError) -> StoreError {
    match error.kind() {
        ErrorKind::AuthenticationFailed => StoreError::Credentials,
        ErrorKind::UnexpectedReturnType => StoreError::Mistyped,
        ErrorKind::Server(ServerErrorKind::ReadOnly) => StoreError::ReadOnly,
        _ if error.is_timeout() => StoreError::Timeout,
        _ => match error.code() {
            Some("WRONGPASS" | "NOAUTH" | "NOPERM") => StoreError::Credentials,
            Some("READONLY") => StoreError::ReadOnly,
            Some("OOM" | "MISCONF") => StoreError::Full,
            Some("WRONGTYPE") => StoreError::Mistyped,
            Some(_) => StoreError::Rejected,
            None => StoreError::Connection,
        },
    }
}
