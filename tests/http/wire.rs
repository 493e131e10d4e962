//! Bytes on a socket in, one answer out: for requests that no HTTP client would send.

use std::{net::SocketAddr, time::Duration};

use clerk_auth_tests::Reply;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// A server that answers at all answers at once. The bound turns a test that hangs into one that
/// fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to an app.
pub(crate) struct Wire {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Wire {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), received: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next answer, read whole. One that has not ended (1xx) has no body.
    pub(crate) async fn reply(&mut self) -> Reply {
        timeout(PATIENCE, self.read_reply()).await.expect("the server does not answer")
    }

    async fn read_reply(&mut self) -> Reply {
        let end = loop {
            if let Some(start) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break start + 4;
            }
            self.read_more().await;
        };
        let head: Vec<u8> = self.received.drain(..end).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let fields = lines.filter_map(|line| line.split_once(": "));
        let headers: HeaderMap = fields
            .map(|(name, value)| {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect();
        let length = headers.get("content-length").map_or("0", |value| value.to_str().unwrap());
        let length: usize = length.parse().unwrap();
        while self.received.len() < length {
            self.read_more().await;
        }
        let body = String::from_utf8(self.received.drain(..length).collect()).unwrap();
        Reply { status, headers, body }
    }

    async fn read_more(&mut self) {
        let read = self.stream.read_buf(&mut self.received).await.unwrap();
        assert_ne!(read, 0, "the server closed the connection before it answered");
    }
}
