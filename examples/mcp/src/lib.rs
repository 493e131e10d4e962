//! An MCP server for notes: its clients find Clerk by themselves, and each tool, prompt and resource
//! has its scopes.
//!
//! It shows the layer in front of `rmcp`, a table of policies, the caller inside of tools, and
//! metadata. It leaves out a database, and pages that call it from a browser, which need CORS.

mod server;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use clerk_auth::{
    Clerk, ClerkLayer, ConfigError, Policy, mcp::Policies, policy, policy::ScopeHierarchy,
};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};

pub use server::NotesServer;
pub use store::Notes;

/// Who may connect, and see which tools there are. Clients ask for these scopes first.
pub const ENTER: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");

/// Who may read notes.
pub const READ: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");

/// Who may write notes.
pub const WRITE: Policy = policy!(accepts = "oauth_token", scopes = "write:notes");

/// A note, by its number.
pub const NOTE: &str = "notes:///{number}";

/// What each tool, prompt and resource requires. One that is missing here cannot be used.
pub const POLICIES: Policies = Policies::new()
    .tools(&[("whoami", ENTER), ("list_notes", READ), ("add_note", WRITE)])
    .prompts(&[("tidy_up", WRITE)])
    .resources(&[(NOTE, READ)])
    .filter_lists();

/// Who may write may read.
pub const SCOPES: ScopeHierarchy = ScopeHierarchy::new(&[("write:notes", &["read:notes"])]);

/// The whole server: the tools at `/mcp` behind their guard, and the metadata beside it. `host` is
/// that of the public URL.
///
/// # Errors
/// Where `clerk` has no resource: its public URL stands in the metadata.
pub fn router(clerk: Clerk, host: &str, notes: Notes) -> Result<Router, ConfigError> {
    let config = StreamableHttpServerConfig::default()
        // No sessions, as in MCP 2026-07-28: each request stands for itself, and is verified.
        .with_legacy_session_mode(false)
        .with_json_response(true)
        // A page of another site must not reach it under a name of its own (DNS rebinding).
        .with_allowed_hosts([host])
        .enforce_origin_validation();
    let new_server = move || Ok(NotesServer::new(notes.clone()));
    let service =
        StreamableHttpService::new(new_server, Arc::new(NeverSessionManager::default()), config);

    // MCP wants the scopes of basic functionality here. Clients learn others when they need them.
    let metadata = clerk.resource_metadata([ENTER])?;
    let guard = ClerkLayer::new(clerk, ENTER).mcp(&POLICIES).close_streams_on_expiry();
    Ok(Router::new().route_service("/mcp", service).layer(guard).merge(metadata))
}
