//! A gRPC service for notes. [`guard`] is the layer in front of it.

mod service;
#[cfg(test)]
mod tests;

pub use self::service::Notes;

use clerk_auth::{Clerk, ClerkLayer, Policy, clerk_auth, grpc::MethodPolicies, policy};

/// The messages, the client and the server that `proto/notes.proto` declares.
#[expect(missing_docs, clippy::pedantic, reason = "it is generated")]
pub mod proto {
    tonic::include_proto!("notes.v1");
}

/// Applications that act for a user, and other servers.
#[clerk_auth(oauth_token(scopes = "read:notes"), m2m_token)]
pub struct ReadNotes;

/// What a caller needs for any method.
pub const CALLERS: Policy = policy!(accepts = ["oauth_token", "m2m_token"]);

/// What a caller needs for each method. One that is not listed is denied.
pub const METHODS: MethodPolicies = MethodPolicies::new(&[
    ("/notes.v1.Notes/List", ReadNotes::POLICY),
    ("/notes.v1.Notes/Watch", ReadNotes::POLICY),
    ("/notes.v1.Notes/Import", policy!(accepts = "oauth_token", scopes = "write:notes")),
    ("/notes.v1.Notes/Edit", policy!(accepts = "oauth_token", scopes = "write:notes")),
])
.public(&["/grpc.health.v1.Health/Check"]);

/// Makes the layer for `tonic::transport::Server::layer`.
#[must_use]
pub fn guard(clerk: Clerk) -> ClerkLayer {
    ClerkLayer::new(clerk, CALLERS).methods(&METHODS).close_streams_on_expiry()
}
