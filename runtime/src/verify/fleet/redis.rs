//! Redis or Valkey as the store of a fleet: one server, a cluster, or servers behind sentinels. The only
//! place that names the crate `redis`.

mod servers;

use std::time::Duration;

use redis::{
    Cmd, ErrorKind, FromRedisValue, ServerErrorKind, Value, aio::MultiplexedConnection,
    cluster_async::ClusterConnection,
};

pub(crate) use self::servers::RedisStore;

use super::store::{
    ClaimOutcome, LONGEST_VALUE, Lease, PoolLimit, StoreConnection, StoreError, StoreTask,
};
use crate::verify::fleet::call_pool::POOL_WINDOW;

const CALL_POOL: &str = include_str!("call_pool.lua");

/// The entry, unless the caller cannot use this one. Without one, the lease, if it is free: 1.
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

#[derive(Clone)]
enum RedisConnection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
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

/// The whole script each time: a server that was restarted knows none by its hash.
fn script(code: &str, keys: &[&str]) -> Cmd {
    let mut command = redis::cmd("EVAL");
    command.arg(code).arg(keys.len()).arg(keys);
    command
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
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
