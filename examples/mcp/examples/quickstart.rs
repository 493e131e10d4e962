//! The program of the page `mcp` of the documentation, word for word.

#![allow(clippy::print_stdout, reason = "it talks to the person who started it")]

use std::{error::Error, sync::Arc};

use axum::{Router, http::request::Parts};
use clerk_auth::{
    ClerkLayer, Policy, Verified, mcp::Policies, policy, policy::ScopeHierarchy,
    testing::DevIssuer, verified,
};
use rmcp::{
    ErrorData,
    handler::server::tool::Extension,
    tool, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
    },
};
use tokio::net::TcpListener;

/// Required to connect and to list the tools. Clients request these scopes first.
const READ: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");
const WRITE: Policy = policy!(accepts = "oauth_token", scopes = "write:notes");

/// The policy of each tool. A tool without one cannot be called.
const POLICIES: Policies = Policies::new().tools(&[("whoami", READ), ("clear_notes", WRITE)]);

/// A token that can write can also read.
const SCOPES: ScopeHierarchy = ScopeHierarchy::new(&[("write:notes", &["read:notes"])]);

struct Notes;

#[tool_router(server_handler)]
impl Notes {
    /// Tells who you are.
    #[tool]
    async fn whoami(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        Ok(caller(&parts, READ)?.subject().to_string())
    }

    /// Removes all notes.
    #[tool]
    async fn clear_notes(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        Ok(format!("{} has no notes now", caller(&parts, WRITE)?.subject()))
    }
}

/// Requires the policy again: without the layer, the tool still rejects the call.
fn caller(parts: &Parts, policy: Policy) -> Result<Verified, ErrorData> {
    let rejected = |why: String| ErrorData::invalid_request(why, None);
    let caller = verified(&parts.extensions).ok_or_else(|| rejected("no guard ran".to_owned()))?;
    caller.require(policy).map_err(|why| rejected(why.to_string()))?;
    Ok(caller)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (host, url) = ("127.0.0.1", "http://127.0.0.1:3000/mcp");
    // With keys of a real instance: `ClerkBuilder::from_env()` instead of `issuer.clerk()`.
    let issuer = DevIssuer::start().await?;
    let clerk = issuer.clerk().resource(url).audience([url]).scope_hierarchy(SCOPES).build()?;
    for (_, policy) in POLICIES.iter() {
        clerk.check(policy)?;
    }

    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts([host])
        .enforce_origin_validation();
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(|| Ok(Notes), sessions, config);
    let metadata = clerk.resource_metadata([READ])?;
    let guard = ClerkLayer::new(clerk, READ).mcp(&POLICIES).close_streams_on_expiry();
    let app = Router::new().route_service("/mcp", service).layer(guard).merge(metadata);

    let token = |scope: &str| issuer.oauth("user_ada").scopes([scope]).audience([url]).jwt();
    println!("READER={}\nWRITER={}", token("read:notes"), token("write:notes"));
    axum::serve(TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}
