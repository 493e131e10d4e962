//! A raw connection to an app, for requests that no HTTP client would send.

use std::{net::SocketAddr, time::Duration};

use crate::Reply;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Turns a test that hangs into one that fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to an app.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), received: Vec::new() }
    }

    /// Sends these bytes as they are.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Reads the next response. An interim one (1xx) has no body.
    pub async fn reply(&mut self) -> Reply {
        timeout(PATIENCE, self.read_reply()).await.unwrap()
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
