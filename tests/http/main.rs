//! Guards over real sockets: who enters, what a handler sees, what a refused caller sees, and
//! what Clerk is asked.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod authorization_header;
mod body;
mod cached;
mod cases;
mod check;
mod cookies;
mod explain;
mod injected;
mod matrix;
mod metadata;
mod no_leak;
mod once;
mod reasons;
mod rejections;
mod rules;
mod settings;
mod state;

use clerk_auth::testing::{DevIssuer, TestClock};

/// The second at which the tests of this target take place.
const NOW: u64 = 1_800_000_000;

/// An issuer whose time stands still.
async fn issuer() -> DevIssuer {
    DevIssuer::builder().clock(TestClock::at(NOW)).start().await.unwrap()
}
