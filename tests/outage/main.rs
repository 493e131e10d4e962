//! The life of a key set: loaded once for many, replaced, expired, and out of reach.
//!
//! The app is called without a socket; Clerk is asked over a real one. Time is the test's.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod app;
mod cached;
mod cancel;
mod clocks;
mod failures;
mod fallback;
mod faults;
mod loads;
mod opaque;
mod page;
mod rate_limit;
mod retries;
mod reused;
mod rotation;
mod stale;
mod storms;
mod waiters;
mod wire;
