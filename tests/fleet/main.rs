//! Three replicas of a service as processes, a real Redis server, and an instance of Clerk that counts
//! calls. `.ci/fleet` installs the server and runs these tests.
//!
//! They wait in real time: the clock of Redis, and the times to live in it, cannot be set. Rules that depend on a
//! clock of ours are held by the unit tests of `verify/fleet`, with an injected one.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod attacks;
mod faults;
mod processes;
mod service;
mod set_ups;
mod sharing;
