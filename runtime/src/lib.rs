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
//!     clerk.check(ListNotesPolicy::POLICY)?;
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
//! - [`guide::when_it_does_not_compile`]: errors in the compiler's words, and what to write.
//! - [`Clerk`]: the verifier, from the environment or from code.
//! - [`Rejection`]: statuses, challenges and bodies.
//! - [`guide::resource_metadata`]: what OAuth clients and MCP clients read to find your instance.
//! - [`guide::openapi`]: the same policies in your OpenAPI document (features `utoipa` and `aide`).
//! - [`policy::ScopeHierarchy`]: which scopes imply others.
//! - [`audit`]: a table of your routes and their policies, and no route that was forgotten.
//! - [`guide::mcp`]: an MCP server with a policy for each tool, in ten minutes.
//! - [`guide::long_lived_connections`]: streams and sockets that end with the token.
//! - [`pages`]: sessions that survive a page load, for sites that a server renders.
//! - [`guide::server_functions`]: the same attribute above the server functions of Leptos and Dioxus.
//! - [`testing`]: a local stand-in for Clerk, for your tests (feature `testing`).
//! - [`guide::reasons`]: why a request was rejected, in the log and while you develop.
//! - [`guide::operations`]: spans, numbers (feature `metrics`), and a readiness probe.
//! - [`guide::containers`]: CA certificates, egress and proxies.
//! - [`guide::reliability`]: what callers see when Clerk is away, and for how long.
//! - [`guide::performance`]: what a guard costs, measured beside its peers.
//! - [`guide::stricter`]: where a guard decides otherwise than Clerk's own SDK.
//! - [`guide::rules`]: what is checked of each token, and where the rule comes from.
//! - [`guide::features`]: Cargo features.
//!
//! [axum]: https://github.com/tokio-rs/axum
//! [Clerk]: https://clerk.com

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod audit;
mod clerk;
mod clock;
mod error;
mod explain;
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
        verify::health::{Health, KeyHealth, WarmUpError},
    };
}

/// What can differ between the `Clerk`s of one instance: see [`Clerk::with`].
pub mod rules {
    pub use crate::clerk::ClerkRules;
}

/// Rejected requests: the kinds that callers see, and explanations for operators.
pub mod rejection {
    pub use crate::{
        explain::Explanation,
        response::rejection::{Rejection, RejectionKind},
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
