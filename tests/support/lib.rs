//! What the tests share: an app on a real socket, its responses, raw connections, and captured logs.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]
#![allow(clippy::must_use_candidate, clippy::missing_panics_doc, reason = "only tests call it")]

pub mod captured_log;
pub mod connection;
pub mod site_browser;

use std::net::SocketAddr;

use axum::Router;
use http::{HeaderMap, Method};
use tokio::{net::TcpListener, task::JoinHandle};

/// An app that listens on loopback until this is dropped.
pub struct Server {
    address: SocketAddr,
    client: reqwest::Client,
    task: JoinHandle<()>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// All header fields.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
}

impl Server {
    /// Serves `router` on a free port.
    pub async fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { address, client, task }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `GET path` with `Authorization: Bearer token`.
    pub async fn get(&self, path: &str, token: &str) -> Reply {
        self.send(Method::GET, path, &[("authorization", &format!("Bearer {token}"))]).await
    }

    /// Any request without a body, with these header fields.
    pub async fn send(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send_body(method, path, fields, "").await
    }

    /// Any request with a body, with these header fields. A body is JSON if they do not say its type.
    pub async fn send_body(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Reply {
        let body = body.into();
        let mut request = self.client.request(method, format!("http://{}{path}", self.address));
        let has_type = fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if !has_type && body.as_bytes().is_none_or(|bytes| !bytes.is_empty()) {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let response = request.body(body).send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.text().await.unwrap();
        Reply { status, headers, body }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Reply {
    /// A header field as text; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `WWW-Authenticate` field; empty if there is none.
    pub fn challenge(&self) -> &str {
        self.header("www-authenticate")
    }
}

/// The characters of base64url (RFC 4648 §5).
pub const BASE64URL: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64url without padding. Written out, so that a test does not trust what it tests.
pub fn base64url(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            let six = bits >> (18 - 6 * place) & 63;
            text.push(char::from(BASE64URL[six as usize]));
        }
    }
    text
}
