//! Sockets of browsers, which cannot set `Authorization` on a `WebSocket`.
//!
//! | the token comes | use | needs |
//! |---|---|---|
//! | as a subprotocol: `new WebSocket(url, ["bearer", token])` | [`BearerProtocolLayer`] | – |
//! | as the first message | `FirstMessage` | the feature `ws` |
//!
//! The page [`sockets`](crate::guide::sockets) shows both.

mod bearer_protocol;
#[cfg(feature = "ws")]
mod close;
#[cfg(feature = "ws")]
mod first_message;
#[cfg(feature = "ws")]
mod guarded_socket;

pub use self::bearer_protocol::{BearerProtocol, BearerProtocolLayer};
#[cfg(feature = "ws")]
#[cfg_attr(docsrs, doc(cfg(feature = "ws")))]
pub use self::{close::SocketClosed, first_message::FirstMessage, guarded_socket::GuardedSocket};
