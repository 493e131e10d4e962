//! Policies in OpenAPI documents: what is documented is valid, and is what is enforced.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]
#![allow(clippy::unused_async, reason = "a handler is async, whether it waits or not")]

mod app;
mod configured;
mod document;
mod enforced;
mod guards;
mod routes;
mod table;
