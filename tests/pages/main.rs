//! Pages that a server renders: sessions that survive a page load, and nothing that a redirect opens.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]
#![allow(clippy::missing_panics_doc, clippy::must_use_candidate, reason = "only tests call it")]

mod clerk_api;
mod flow;
mod foreign_return;
mod handshake_tokens;
mod open_redirect;
mod refresh;
mod site;
