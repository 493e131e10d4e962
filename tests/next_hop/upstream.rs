//! A server that reads HTTP/1.1 as it is written, keeps every byte, and answers a request as soon as
//! its head is there.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

/// A connection that its owner dropped closes at once. The bound turns a test that hangs into one
/// that fails.
const PATIENCE: Duration = Duration::from_secs(10);

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    connections: Arc<Mutex<Vec<JoinHandle<Vec<u8>>>>>,
}

/// A request as a server reads it: the length is that of `Content-Length`, else the body is chunked
/// or there is none.
#[derive(Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) line: String,
    /// In the order of the alphabet, as `name: value`.
    pub(crate) fields: Vec<String>,
    pub(crate) body: String,
}

impl Upstream {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections: Arc<Mutex<Vec<JoinHandle<_>>>> = Arc::default();
        let accepted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepted.lock().unwrap().push(tokio::spawn(record(stream)));
            }
        });
        Self { address, connections }
    }

    /// All messages of all connections, once they are closed: whoever sends is dropped before.
    pub(crate) async fn messages(self) -> Vec<Message> {
        let connections = std::mem::take(&mut *self.connections.lock().unwrap());
        let mut messages = Vec::new();
        for connection in connections {
            let bytes = timeout(PATIENCE, connection).await.expect("the connection stays open");
            messages.extend(read(&bytes.unwrap()));
        }
        messages
    }
}

async fn record(mut stream: TcpStream) -> Vec<u8> {
    let (mut received, mut answered) = (Vec::new(), 0);
    while stream.read_buf(&mut received).await.is_ok_and(|read| read > 0) {
        let heads = read(&received).len();
        stream.write_all(&ANSWER.repeat(heads - answered)).await.unwrap();
        answered = heads;
    }
    received
}

/// The messages whose head is there. The last one may lack bytes of its body.
fn read(bytes: &[u8]) -> Vec<Message> {
    let mut text = str::from_utf8(bytes).unwrap();
    let mut messages = Vec::new();
    while let Some((head, rest)) = text.split_once("\r\n\r\n") {
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap().to_owned();
        let mut fields: Vec<String> = lines.map(str::to_owned).collect();
        fields.sort_unstable();
        let field = |name: &str| fields.iter().find_map(|field| field.strip_prefix(name));
        let (body, rest) = if let Some(length) = field("content-length: ") {
            rest.split_at_checked(length.parse().unwrap()).unwrap_or((rest, ""))
        } else if field("transfer-encoding: ").is_some() {
            let end = rest.find("0\r\n\r\n").map_or(rest.len(), |last| last + 5);
            rest.split_at(end)
        } else {
            ("", rest)
        };
        messages.push(Message { line, body: body.to_owned(), fields });
        text = rest;
    }
    messages
}
