//! Rejections as close codes, and how a socket is closed.

use std::{fmt, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use http::StatusCode;
use tokio::time::timeout;

use crate::response::{kind::RejectionKind, rejection::Rejection};

/// How long the peer may take to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The socket was closed, with this code and reason.
///
/// | code | when | the client |
/// |---|---|---|
/// | 4401 | no token in time, a token that is not accepted, or one that has expired | connects again with a new token |
/// | 4403 | the token lacks a scope or another requirement; or a newer token is of another caller | does not try again with it |
/// | 1013 | Clerk is unreachable | connects again later |
/// | 1011 | this server is not set up to verify the token | – |
///
/// The reason is the name of the [kind](RejectionKind::as_str), such as `insufficient-scope`, or
/// `token-expired`, `no-token`, `other-caller`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketClosed {
    code: u16,
    reason: &'static str,
}

impl SocketClosed {
    pub(super) const EXPIRED: Self = Self::new(4401, "token-expired");
    pub(super) const NO_TOKEN: Self = Self::new(4401, "no-token");
    pub(super) const OTHER_CALLER: Self = Self::new(4403, "other-caller");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }

    /// Returns the close code.
    #[must_use]
    pub const fn code(self) -> u16 {
        self.code
    }

    /// Returns the reason in the close frame.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        self.reason
    }

    /// The peer can be slow or gone: the socket is dropped after a second anyway. What it sent
    /// before is read, because a connection with unread bytes is reset and loses the close frame.
    pub(super) async fn close(self, socket: &mut WebSocket) {
        let frame = CloseFrame { code: self.code, reason: self.reason.into() };
        let closing = async {
            if socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = socket.recv().await {}
            }
        };
        let _ = timeout(CLOSE_TIMEOUT, closing).await;
    }
}

impl From<&Rejection> for SocketClosed {
    fn from(rejection: &Rejection) -> Self {
        Self::from(rejection.kind())
    }
}

impl From<RejectionKind> for SocketClosed {
    fn from(kind: RejectionKind) -> Self {
        let code = match kind.status() {
            StatusCode::FORBIDDEN => 4403,
            StatusCode::SERVICE_UNAVAILABLE => 1013,
            StatusCode::INTERNAL_SERVER_ERROR => 1011,
            _ => 4401,
        };
        Self::new(code, kind.as_str())
    }
}

impl fmt::Display for SocketClosed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the socket was closed with {}, {}", self.code, self.reason)
    }
}

impl std::error::Error for SocketClosed {}
