//! Guards for [axum] handlers that let in callers with [Clerk] tokens.
//!
//! ```no_run
//! use axum::{Json, Router, extract::{FromRef, State}, routing::get};
//! use clerk_auth::{Clerk, Scopes, Subject, clerk_auth};
//!
//! #[derive(Clone, FromRef)]
//! struct AppState {
//!     clerk: Clerk,
//!     greeting: &'static str,
//! }
//!
//! #[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
//! async fn list_notes(
//!     State(greeting): State<&'static str>,
//!     subject: Subject,
//!     scopes: Scopes,
//! ) -> Json<String> {
//!     Json(format!("{greeting}, {subject}, you may {scopes}"))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let clerk = Clerk::from_env()?;
//!     clerk.check(list_notes::POLICY)?;
//!     let state = AppState { clerk, greeting: "hello" };
//!     let app = Router::new().route("/notes", get(list_notes)).with_state(state);
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! The token is verified before anything else of the request is read: for a caller who is
//! refused, no body is buffered and no other extractor runs. What can be decided from the token
//! alone never reaches the network.
//!
//! # The way of a request
//!
//! ```text
//! request headers
//!   → credential   the one Authorization field, or the session cookie
//!   → token        what it claims to be, on strictly decoded bytes
//!   → accepted?    by the policy; if not, refused here, without network
//!   → identity     verified: a JWT with the instance's keys, an opaque token by Clerk
//!   → permitted?   by the policy
//!   → injected     subject, scopes, token_type
//! ```
//!
//! At each step the request can end in a [`Rejection`]; its table shows what the caller sees.
//!
//! # Start here
//!
//! - [`guide::tour`]: from the first guard to production. Or [`guide::migrating`] from Clerk's JavaScript SDK or `clerk-rs`.
//! - [`macro@clerk_auth`]: the attribute, what it accepts and injects, what it expands to.
//! - [`Clerk`]: the verifier, from the environment or from code.
//! - [`Rejection`]: statuses, challenges and bodies.
//! - [`guide::resource_metadata`]: what OAuth clients and MCP clients read to find your instance.
//! - [`guide::openapi`]: the same policies in your OpenAPI document (features `utoipa` and `aide`).
//! - [`ScopeHierarchy`]: which scopes imply others.
//! - [`audit`]: a table of your routes and their policies, and no route that was forgotten.
//! - [`guide::mcp`]: an MCP server with a policy for each tool, in ten minutes.
//! - [`guide::long_lived_connections`]: streams and sockets that end with the token.
//! - [`guide::server_functions`]: the same attribute above the server functions of Leptos and Dioxus.
//! - [`testing`]: a local stand-in for Clerk, for your tests (feature `testing`).
//! - [`guide::reasons`]: why a request was refused, in the log and while you develop.
//! - [`guide::operations`]: spans, numbers (feature `metrics`), and a readiness probe.
//! - [`guide::containers`]: CA certificates, egress and proxies.
//! - [`guide::reliability`]: what callers see when Clerk is away, and for how long.
//! - [`guide::performance`]: what a guard costs, measured beside its peers.
//! - [`guide::stricter`]: where a guard decides otherwise than Clerk's own SDK.
//! - [`guide::rules`]: what is checked of each token, and where the rule comes from.
//!
//! [axum]: https://github.com/tokio-rs/axum
//! [Clerk]: https://clerk.com

pub mod audit;
mod clerk;
mod clock;
mod error;
mod explain;
mod guard;
pub mod guide;
mod identity;
mod layer;
mod mcp;
mod metadata;
#[cfg(any(feature = "aide", feature = "utoipa"))]
mod openapi;
pub mod policy;
mod request;
mod response;
#[doc(hidden)]
pub mod server_functions;
mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
mod token;
mod verify;

#[cfg(fuzzing)]
#[doc(hidden)]
pub use crate::verify::fuzzing;

#[doc = include_str!("../docs/attribute.md")]
#[doc(inline)]
pub use clerk_auth_macros::clerk_auth;

#[doc = include_str!("../docs/policy.md")]
#[doc(inline)]
pub use clerk_auth_macros::policy;

#[cfg(any(feature = "aide", feature = "utoipa"))]
pub use crate::openapi::{Document, OpenApiError};

pub use crate::{
    clerk::{Clerk, ClerkBuilder, ConfigError, UnsupportedPolicy},
    explain::Explanation,
    guard::{Guard, Guarded, Verified, verified},
    identity::{
        Actor, ApiKey, Claims, FactorAges, GuardIdentity, HasClientId, HasMachineId, HasScopes,
        HasSessionId, HasUserId, Identity, M2mToken, Never, OAuthToken, Organization, SessionToken,
        VerifiedToken,
        ids::{ApiKeyId, ClientId, MachineId, OrgId, SessionId, Subject, TokenId, UserId},
        scopes::{Scope, Scopes, ScopesIter},
    },
    layer::{ClerkLayer, ClerkService},
    mcp::tool_policies::ToolPolicies,
    metadata::ResourceMetadata,
    policy::{Policy, ScopeHierarchy},
    response::rejection::{Rejection, RejectionKind},
    token::TokenType,
    verify::health::{Health, KeyHealth, WarmUpError},
};

// The README's code is compiled and run like all other examples.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
struct Readme;
