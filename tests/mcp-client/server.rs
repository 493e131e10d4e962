//! An MCP server behind a layer with tool policies, for the official TypeScript client. No scope
//! implies another, and no policy alone names all that a call needs.
//!
//! It prints its URL. `/mint` stands for the token endpoint of Clerk.

#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a member that is absent is `null`, and the URL is for the script"
)]

use std::error::Error;

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::post,
};
use clerk_auth::{ClerkLayer, Policy, mcp::Policies, policy, testing::DevIssuer, verified};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const READ: Policy = policy!(accepts = "oauth_token", scopes = "read");
const WRITE: Policy = policy!(accepts = "oauth_token", scopes = "write");
const PUBLISH: Policy = policy!(accepts = "oauth_token", scopes = "publish");

/// `publish` also needs the scope `publish`, which its handler requires.
const POLICIES: Policies =
    Policies::new().tools(&[("list", READ), ("add", WRITE), ("publish", WRITE)]);

async fn answer(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let message = to_bytes(body, 64 * 1024).await.unwrap_or_default();
    let Ok(message) = serde_json::from_slice::<Value>(&message) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let result = match message["method"].as_str() {
        Some("initialize") => json!({
            "protocolVersion": message["params"]["protocolVersion"],
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "notes", "version": "0" },
        }),
        Some("tools/call") => {
            if message["params"]["name"] == "publish"
                && let Some(caller) = verified(&parts.extensions)
                && let Err(rejection) = caller.require(PUBLISH)
            {
                return rejection.into_response();
            }
            json!({ "content": [{ "type": "text", "text": "done" }] })
        }
        _ => return StatusCode::ACCEPTED.into_response(),
    };
    Json(json!({ "jsonrpc": "2.0", "id": message["id"], "result": result })).into_response()
}

async fn mint(State(issuer): State<DevIssuer>, scope: String) -> String {
    issuer.oauth("user_ada").scopes(scope.split(' ')).jwt()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    let issuer = DevIssuer::start().await?;
    let clerk = issuer.clerk().resource(&url).build()?;
    let metadata = clerk.resource_metadata([READ])?;
    let app = Router::new()
        .route("/mcp", post(answer))
        .layer(ClerkLayer::new(clerk, READ).mcp(&POLICIES))
        .route("/mint", post(mint).with_state(issuer))
        .merge(metadata);
    println!("{url}");
    axum::serve(listener, app).await?;
    Ok(())
}
