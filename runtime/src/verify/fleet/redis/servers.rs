//! Connects to one server, to a cluster, or to the server that sentinels name.

use std::{iter, net::IpAddr, sync::Arc, time::Duration};

use futures_util::StreamExt;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, TlsMode,
    Value,
    cluster::ClusterClient,
    sentinel::{SentinelClientBuilder, SentinelServerType},
};
use tokio::sync::mpsc;

use super::{RedisConnection, of_error};
use crate::verify::fleet::store::{LONGEST_MESSAGE, Opened, Store, StoreError, StoreTask};

/// How long one connection may take. What runs on it has a time of its own.
const CONNECT_TIME: Duration = Duration::from_secs(1);
const REPLY_TIME: Duration = Duration::from_secs(1);

/// Messages that wait for us, of 1 MiB at most. Those beyond are dropped.
const MOST_MESSAGES: usize = 4096;

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
        } else {
            self.check_named().await?;
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

    /// Sentinels and nodes on loopback can name servers elsewhere. Those get no password unencrypted.
    async fn check_named(&self) -> Result<(), StoreError> {
        let (askable, command) = match self {
            Self::One(_) => return Ok(()),
            Self::Cluster(nodes) => (nodes.clone(), redis::cmd("CLUSTER").arg("SLOTS").clone()),
            Self::Sentinel { service, sentinels, .. } => {
                let infos = sentinels.iter().map(|it| it.clone().into_connection_info());
                let infos = infos.collect::<Result<_, _>>().map_err(of_error)?;
                let mut command = redis::cmd("SENTINEL");
                command.arg("GET-MASTER-ADDR-BY-NAME").arg(service);
                (infos, command)
            }
        };
        for info in askable {
            let client = Client::open(info).map_err(of_error)?;
            let asked = async {
                let mut connection = client.get_multiplexed_async_connection().await?;
                command.query_async::<Value>(&mut connection).await
            };
            // A server that does not respond names no other.
            if let Ok(Ok(reply)) = tokio::time::timeout(CONNECT_TIME / 2, asked).await
                && !named_hosts(&reply).all(is_loopback)
            {
                return Err(StoreError::Unencrypted);
            }
        }
        Ok(())
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

/// The client of Redis takes the provider of the process. Without one, and with two to choose from,
/// rustls would panic.
fn provide_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread can have been first.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

fn items(value: &Value) -> &[Value] {
    if let Value::Array(items) = value { items } else { &[] }
}

/// The hosts in a reply: of one server, or of each server of each range of slots.
fn named_hosts(reply: &Value) -> impl Iterator<Item = &[u8]> {
    let of_ranges = items(reply).iter().flat_map(items);
    iter::once(reply).chain(of_ranges).filter_map(|server| match items(server) {
        [Value::BulkString(host), ..] => Some(host.as_slice()),
        _ => None,
    })
}

/// An empty host is the one that was asked.
fn is_loopback(host: &[u8]) -> bool {
    let host = str::from_utf8(host).unwrap_or("?");
    host.is_empty()
        || host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
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
                    let payload = message.get_payload_bytes();
                    if payload.len() <= LONGEST_MESSAGE {
                        // The client reads on while we wait, without a bound. So a flood loses some.
                        let _ = sender.try_send(payload.to_vec());
                    }
                }
                () = sender.closed() => return,
            }
        }
    });
    Ok(messages)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
        net::{TcpListener, TcpStream},
    };

    use super::*;

    const CONFIRMED: &str = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";

    fn message(payload: &str) -> String {
        format!("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n${}\r\n{payload}\r\n", payload.len())
    }

    /// Replies to all commands, with `named` to those that ask for servers, and sends `messages` to
    /// whoever subscribes. Then it closes.
    async fn serve(connection: TcpStream, messages: &str, named: &str) {
        let mut connection = BufReader::new(connection);
        let mut line = String::new();
        while connection.read_line(&mut line).await.is_ok_and(|read| read > 0) {
            let count = line.trim_start_matches('*').trim().parse().unwrap();
            let mut words = Vec::new();
            for _ in 0..count {
                line.clear();
                connection.read_line(&mut line).await.unwrap();
                let length: usize = line.trim_start_matches('$').trim().parse().unwrap();
                let mut word = vec![0; length + 2];
                connection.read_exact(&mut word).await.unwrap();
                words.push(String::from_utf8(word).unwrap().trim().to_ascii_uppercase());
            }
            line.clear();
            let reply = match words.first().map(String::as_str) {
                Some("SUBSCRIBE") => &[CONFIRMED, messages].concat(),
                Some("CLUSTER" | "SENTINEL") => named,
                _ => "+OK\r\n",
            };
            connection.write_all(reply.as_bytes()).await.unwrap();
            if words[0] == "SUBSCRIBE" {
                return;
            }
        }
    }

    async fn server(messages: String, named: String) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let (messages, named) = (messages.clone(), named.clone());
                tokio::spawn(async move { serve(connection, &messages, &named).await });
            }
        });
        format!("redis://127.0.0.1:{port}")
    }

    /// What is heard, in bytes, by whoever listens only after the server has closed.
    async fn hear(messages: String) -> Vec<usize> {
        let store = RedisStore::one(&server(messages, String::new()).await).unwrap();
        let mut opened = store.open("c").await.unwrap();
        while !opened.messages.is_closed() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut heard = Vec::new();
        while let Some(message) = opened.messages.recv().await {
            heard.push(message.len());
        }
        heard
    }

    #[tokio::test]
    async fn message_longer_than_any_of_ours_is_not_kept() {
        let lengths = [1, LONGEST_MESSAGE, LONGEST_MESSAGE + 1, 5_000_000, 2];
        let messages = lengths.map(|length| message(&"x".repeat(length))).concat();
        assert_eq!(hear(messages).await, [1, LONGEST_MESSAGE, 2]);
    }

    /// The client reads on without a listener.
    #[tokio::test]
    async fn flood_of_messages_is_kept_within_bounds() {
        assert_eq!(hear(message("x").repeat(2 * MOST_MESSAGES)).await.len(), MOST_MESSAGES);
    }

    #[tokio::test]
    async fn server_named_elsewhere_is_not_used_unencrypted() {
        for (host, is_local) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("localhost", true),
            ("", true),
            ("10.0.0.1", false),
            ("redis.example.com", false),
            ("127.0.0.1.example.com", false),
        ] {
            let host = format!("${}\r\n{host}\r\n", host.len());
            let of_service = format!("*2\r\n{host}$4\r\n6379\r\n");
            let local = "*2\r\n$9\r\n127.0.0.1\r\n:1\r\n";
            let range = format!("*4\r\n:0\r\n:16383\r\n{local}*2\r\n{host}:6379\r\n");
            let sentinel = server(String::new(), of_service).await;
            let node = server(String::new(), format!("*1\r\n{range}")).await;
            for store in [
                RedisStore::sentinel("main", &[&sentinel]).unwrap(),
                RedisStore::cluster(&[&node]).unwrap(),
            ] {
                let expected = if is_local { Ok(()) } else { Err(StoreError::Unencrypted) };
                assert_eq!(store.check_named().await, expected, "{host}");
                if !is_local {
                    assert_eq!(store.open("c").await.err(), Some(StoreError::Unencrypted));
                }
            }
        }
    }
}
