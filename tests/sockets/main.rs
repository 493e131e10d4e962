//! A WebSocket whose caller cannot set `Authorization`: a real client, a real server.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod bearer_protocol;
mod client;
mod first_message;
mod guarded_socket;

use clerk_auth::{Policy, policy};

const NOTES: Policy = policy!(session_token, oauth_token(scopes = "read:notes"));
