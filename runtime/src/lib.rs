//! Guards [axum] handlers with [Clerk] tokens.
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
//!     Json(format!("{greeting}, {subject}, granted {scopes}"))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let clerk = Clerk::from_env()?;
//!     clerk.check(ListNotesPolicy::POLICY)?;
//!     let state = AppState { clerk, greeting: "hello" };
//!     let app = Router::new().route("/notes", get(list_notes)).with_state(state);
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! The token is verified before anything else of the request is read. For a rejected caller, no body
//! is buffered and no other extractor runs. Requests that can be rejected from the token alone never
//! reach the network.
//!
//! # How a request is decided
//!
//! ```text
//! request headers
//!   → credential    one Authorization field, or the session cookie
//!   → token         classified on strictly decoded bytes
//!   → accepted?     by the policy; if not, rejected here, without the network
//!   → identity      verified: a JWT with the key set, an opaque token with the Backend API
//!   → authorized?   by the policy
//!   → injected      subject, scopes, token_type
//! ```
//!
//! Each step can end in a [`Rejection`], which lists statuses and challenges.
//!
//! # Start here
//!
//! - [`guide::quick_start`]: the first guarded route. From Clerk's JavaScript SDK or `clerk-rs`, see [`guide::migrating`].
//! - [`guide::token_types`]: which token types a route should accept.
//! - [`macro@clerk_auth`]: the policy language, injected parameters, and the expansion.
//! - [`guide::when_it_does_not_compile`]: compiler errors, and what to write.
//!
//! Policies:
//!
//! - [`guide::sessions`]: roles, permissions, organizations, reverification, shared policies.
//! - [`guide::machines`]: API keys and M2M tokens.
//! - [`policy::ScopeHierarchy`]: scopes that imply others.
//! - [`audit`]: a table of all routes and their policies, and reviews of changed policies.
//!
//! Clients:
//!
//! - [`guide::resource_metadata`]: how OAuth clients and MCP clients discover your instance.
//! - [`guide::mcp`]: an MCP server with a policy for each tool, in ten minutes.
//! - [`guide::mcp_policies`]: policies of prompts, resources, tasks, lists and sessions.
//! - [`pages`]: server-rendered pages whose sessions survive a page load.
//! - [`guide::grpc`]: gRPC services, with a policy for each method.
//! - [`guide::graphql`]: GraphQL fields and subscriptions.
//! - [`guide::recipes`]: redirects, `x-api-key`, several instances, access logs and other common tasks.
//! - [`guide::routers`]: which routers and servers work, and in which order layers guard.
//! - [`guide::server_functions`]: server functions of Leptos and Dioxus.
//! - [`guide::long_lived_connections`]: streams and sockets that end at token expiry.
//! - [`guide::sockets`]: each WebSocket that a browser opens.
//! - [`guide::jobs`]: who a job of a queue acts for.
//! - [`guide::openapi`]: policies in your OpenAPI document (features `utoipa` and `aide`).
//!
//! Tests and production:
//!
//! - [`guide::testing`] and [`testing`]: tests without Clerk (feature `testing`).
//! - [`guide::settings`] and [`Clerk`]: environment variables, and the same settings in code.
//! - [`guide::production`]: the checklist.
//! - [`guide::reasons`]: why a request was rejected.
//! - [`guide::operations`]: log events, spans, metrics (feature `metrics`), readiness.
//! - [`guide::containers`]: CA certificates, egress and proxies.
//! - [`guide::reliability`]: what callers see during an outage of Clerk.
//! - [`guide::scaling`]: what several replicas share through Redis or Valkey (feature `redis`).
//!
//! Reference:
//!
//! - [`guide::rules`]: each check, and its source.
//! - [`guide::stricter`]: differences to Clerk's SDK.
//! - [`guide::features`]: Cargo features.
//! - [`guide::performance`]: the cost of a guard.
//!
//! [axum]: https://github.com/tokio-rs/axum
//! [Clerk]: https://clerk.com

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod audit;
mod clerk;
mod clock;
mod error;
mod explain;
pub mod grpc;
mod guard;
pub mod guide;
pub mod identity;
mod layer;
pub mod mcp;
pub mod metadata;
#[cfg(any(feature = "aide", feature = "utoipa"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "aide", feature = "utoipa"))))]
pub mod openapi;
pub mod pages;
pub mod policy;
mod renewal;
mod request;
mod response;
mod server_functions;
pub mod sockets;
mod telemetry;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
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

/// Whether a [`Clerk`] can verify: for a policy at start, and at the moment.
pub mod health {
    pub use crate::{
        clerk::UnsupportedPolicy,
        verify::health::{FleetHealth, Health, KeyHealth, WarmUpError},
    };
}

/// What the replicas of a service share: see [`ClerkBuilder::fleet`].
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub mod fleet {
    pub use crate::clerk::Fleet;
}

/// What can differ between the `Clerk`s of one instance: see [`Clerk::with`].
pub mod rules {
    pub use crate::clerk::ClerkRules;
}

/// Rejected requests: the kinds that callers see, and explanations for operators.
pub mod rejection {
    pub use crate::{
        explain::Explanation,
        response::{kind::RejectionKind, rejection::Rejection},
    };
}

/// For the code that the macros write.
#[doc(hidden)]
pub mod __private {
    pub use crate::guard::{DenyAll, TokenOf};
    pub use crate::server_functions::{ServerFunctionLayer, Stopped, admit, guard};
}

#[doc(inline)]
pub use crate::{
    clerk::{Clerk, ClerkBuilder, ConfigError},
    guard::{Guard, Guarded, HasClerk, Verified, verified},
    identity::{
        ApiKey, Claims, ClientId, Identity, M2mToken, MachineId, OAuthToken, OrgId, Scope, Scopes,
        SessionId, SessionToken, Subject, UserId,
    },
    layer::{ClerkLayer, ClerkService},
    policy::Policy,
    response::rejection::Rejection,
    token::TokenType,
};

// The README's code is compiled and run like all other examples.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
struct Readme;
