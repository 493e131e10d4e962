//! Which tokens enter: each row is a good token with one thing changed, sent over a real socket.
//!
//! A row asserts the status, the whole challenge, that nothing behind the guard ran for a caller
//! who is refused, and how many calls to Clerk the request caused: none where the token alone
//! decides.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod app;
mod claims;
mod classes;
mod draft;
mod families;
mod forgeries;
mod keys;
mod opaque;
mod oracle;
mod properties;
mod witness;
