//! What a server behind a reverse proxy receives, byte for byte, if the layer is in front of the
//! proxy: one message for each request that passed, and none for the others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod message;
mod preflight;
mod proxy;
mod unread;
mod upgrade;
mod upstream;

use clerk_auth::{Policy, policy};

const NOTES: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");
