//! A socket with a caller, which closes when the caller's token expires.

use std::{fmt, future::Future, pin::Pin};

use axum::{
    Error,
    extract::ws::{Message, WebSocket},
};

use super::close::SocketClosed;
use crate::{guard::Verified, policy::Policy};

/// A WebSocket whose caller is verified. It closes with 4401 when the caller's token expires.
///
/// [`FirstMessage`](super::FirstMessage) makes one. [`new`](Self::new) makes one after a guard.
pub struct GuardedSocket {
    socket: WebSocket,
    caller: Verified,
    policy: Policy,
    expired: Pin<Box<dyn Future<Output = ()> + Send>>,
    closed: Option<SocketClosed>,
}

impl GuardedSocket {
    /// Returns a socket of `caller`, whom a guard admitted before the upgrade. `policy` is what a
    /// newer token must pass: name the policy of that guard.
    ///
    /// ```
    /// use axum::{extract::WebSocketUpgrade, response::Response};
    /// use clerk_auth::{Verified, clerk_auth, sockets::GuardedSocket};
    ///
    /// #[clerk_auth(accepts = "session_token")]
    /// struct Chat;
    ///
    /// #[clerk_auth(policy = Chat)]
    /// async fn chat(caller: Verified, upgrade: WebSocketUpgrade) -> Response {
    ///     upgrade.on_upgrade(async move |socket| {
    ///         let mut socket = GuardedSocket::new(socket, caller, Chat::POLICY);
    ///         while let Some(Ok(message)) = socket.recv().await {
    ///             if socket.send(message).await.is_err() {
    ///                 return;
    ///             }
    ///         }
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn new(socket: WebSocket, caller: Verified, policy: Policy) -> Self {
        let expired = Box::pin(caller.expired());
        Self { socket, caller, policy, expired, closed: None }
    }

    /// Returns the caller.
    #[must_use]
    pub const fn caller(&self) -> &Verified {
        &self.caller
    }

    /// Receives the next message. Returns `None` if the socket is closed, by the peer or because
    /// the token expired. Cancel safe.
    pub async fn recv(&mut self) -> Option<Result<Message, Error>> {
        if self.closed.is_some() {
            return None;
        }
        tokio::select! {
            // First, so that a flood of messages does not outlive the token.
            biased;
            () = &mut self.expired => {}
            message = self.socket.recv() => return message,
        }
        self.close(SocketClosed::EXPIRED).await;
        None
    }

    /// Sends a message.
    ///
    /// # Errors
    /// If the socket is closed, also because the token expired: the source is then a
    /// [`SocketClosed`].
    pub async fn send(&mut self, message: Message) -> Result<(), Error> {
        if let Some(closed) = self.closed {
            return Err(Error::new(closed));
        }
        tokio::select! {
            biased;
            () = &mut self.expired => {}
            sent = self.socket.send(message) => return sent,
        }
        Err(Error::new(self.close(SocketClosed::EXPIRED).await))
    }

    /// Replaces the caller's token by a newer one, which the client sent in a message of your
    /// protocol. Returns the new identity, whose roles, scopes and claims can differ.
    ///
    /// The token must pass the same policy, and have the same subject, type, organization, client
    /// and session as the one before.
    ///
    /// # Errors
    /// If the token is rejected. The socket is then closed, with 4403 if the token is another
    /// caller's.
    pub async fn renew(&mut self, token: &str) -> Result<&Verified, SocketClosed> {
        if let Some(closed) = self.closed {
            return Err(closed);
        }
        let newer = self.caller.clerk().authenticate_token(token, self.policy).await;
        let newer = match newer {
            Ok(newer) if facts(&newer) == facts(&self.caller) => newer,
            Ok(_) => {
                tracing::info!(policy = %self.policy, "socket closed: the newer token is of another caller");
                return Err(self.close(SocketClosed::OTHER_CALLER).await);
            }
            Err(rejection) => return Err(self.close(SocketClosed::from(&rejection)).await),
        };
        self.expired = Box::pin(newer.expired());
        self.caller = newer;
        Ok(&self.caller)
    }

    async fn close(&mut self, closed: SocketClosed) -> SocketClosed {
        self.closed = Some(closed);
        closed.close(&mut self.socket).await;
        closed
    }
}

/// What stays the same when a caller gets a newer token.
fn facts(caller: &Verified) -> impl PartialEq + '_ {
    let who = (caller.subject(), caller.token_type(), caller.org_id());
    (who, caller.client_id(), caller.session_id())
}

impl fmt::Debug for GuardedSocket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("GuardedSocket").field(&self.caller).finish()
    }
}
