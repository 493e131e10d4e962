//! Pages that a server renders: sessions that survive a page load, and nothing that a redirect opens.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]
#![allow(clippy::missing_panics_doc, clippy::must_use_candidate, reason = "only tests call it")]

mod app;
mod browser;
mod caching;
mod clerk_api;
mod development;
mod events;
mod flow;
mod foreign_return;
mod forwarded;
mod handshake_tokens;
mod log;
mod loops;
mod open_redirect;
mod other_request;
mod outages;
mod refresh;
mod satellites;
mod server_functions;
mod settings;
mod several_clerks;
mod site;
