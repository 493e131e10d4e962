//! Reads the token from the first message of a socket.

use std::{future::Future, sync::Arc, time::Duration};

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum_core::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use tokio::{sync::Semaphore, time::timeout};

use super::{close::SocketClosed, guarded_socket::GuardedSocket};
use crate::{clerk::Clerk, guard::Verified, policy::Policy};

/// Reads the token from the first message of a WebSocket: `socket.send(token)` in the page.
///
/// The handshake needs no credential. The first message must be text that holds the token alone;
/// nothing else is read before it. Make one at start, and keep it in the state: clones share the
/// bound of sockets without a caller.
///
/// ```
/// use axum::{Router, extract::{State, WebSocketUpgrade}, response::Response, routing::any};
/// use clerk_auth::{Clerk, Policy, policy, sockets::FirstMessage};
///
/// const CHAT: Policy = policy!(accepts = "session_token");
///
/// async fn chat(State(first): State<FirstMessage>, upgrade: WebSocketUpgrade) -> Response {
///     first.on_upgrade(upgrade, async |mut socket| {
///         while let Some(Ok(message)) = socket.recv().await {
///             if socket.send(message).await.is_err() {
///                 return;
///             }
///         }
///     })
/// }
///
/// fn app(clerk: Clerk) -> Router {
///     Router::new().route("/chat", any(chat)).with_state(FirstMessage::new(clerk, CHAT))
/// }
/// ```
///
/// A rejected socket is closed with the code that [`SocketClosed`] lists.
#[derive(Clone, Debug)]
pub struct FirstMessage {
    clerk: Clerk,
    policy: Policy,
    timeout: Duration,
    max_message_bytes: usize,
    /// One for each socket that may wait for its token.
    unauthenticated: Arc<Semaphore>,
}

impl FirstMessage {
    /// Returns a helper that requires `policy` of the token.
    #[must_use]
    pub fn new(clerk: Clerk, policy: Policy) -> Self {
        Self {
            clerk,
            policy,
            timeout: Duration::from_secs(10),
            max_message_bytes: 64 * 1024,
            unauthenticated: Arc::new(Semaphore::new(1024)),
        }
    }

    /// Sets how long a client may take to send the token. Defaults to 10 seconds.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the limit of each message of the socket, the first one too. Defaults to 64 KiB. A token
    /// has at most 16 KiB.
    #[must_use]
    pub const fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// Sets how many sockets may be open without a caller. Defaults to 1024. Beyond it, handshakes
    /// are answered with 503.
    #[must_use]
    pub fn max_unauthenticated(mut self, sockets: usize) -> Self {
        self.unauthenticated = Arc::new(Semaphore::new(sockets.min(Semaphore::MAX_PERMITS)));
        self
    }

    /// Accepts the handshake, and calls `callback` with the socket once its caller is verified.
    pub fn on_upgrade<C, F>(&self, upgrade: WebSocketUpgrade, callback: C) -> Response
    where
        C: FnOnce(GuardedSocket) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let Ok(slot) = Arc::clone(&self.unauthenticated).try_acquire_owned() else {
            tracing::warn!(policy = %self.policy, "too many sockets wait for a token");
            let retry_after = [(RETRY_AFTER, HeaderValue::from_static("1"))];
            return (StatusCode::SERVICE_UNAVAILABLE, retry_after).into_response();
        };
        let first = self.clone();
        // The library allocates what the head of a frame names, so both limits hold from the start.
        let upgrade = upgrade.max_message_size(first.max_message_bytes);
        upgrade.max_frame_size(first.max_message_bytes).on_upgrade(async move |mut socket| {
            match first.authenticate(&mut socket).await {
                Ok(caller) => {
                    drop(slot);
                    callback(GuardedSocket::new(socket, caller, first.policy)).await;
                }
                Err(closed) => closed.close(&mut socket).await,
            }
        })
    }

    async fn authenticate(&self, socket: &mut WebSocket) -> Result<Verified, SocketClosed> {
        let Ok(Some(Ok(Message::Text(token)))) = timeout(self.timeout, socket.recv()).await else {
            tracing::info!(policy = %self.policy, "socket closed: its first message is not a token");
            return Err(SocketClosed::NO_TOKEN);
        };
        let caller = self.clerk.authenticate_token(&token, self.policy).await;
        caller.map_err(|rejection| SocketClosed::from(&rejection))
    }
}
