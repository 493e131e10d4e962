//! The policy language over real sockets: conditions, optional guards, layers, the table of routes,
//! and policies asked for inside handlers.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]
#![allow(clippy::unused_async, reason = "a handler is async, whether it waits or not")]

mod audit;
mod authenticate;
mod conditions;
mod ending;
mod extractor;
mod has;
mod hierarchy;
mod layer;
mod lists;
mod mcp;
mod optional;
mod require;
mod review;
mod sensitive;
mod server_function;
mod sessions;
mod shared;
mod step_up;
mod tools;
mod without_http;
mod words;
