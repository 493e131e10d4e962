//! A policy as a guard of a field, and rejections as GraphQL errors.

use async_graphql::{Context, Error, ErrorExtensions, Guard, Result};
use clerk_auth::{
    Policy, Rejection, Verified,
    rejection::RejectionKind::{
        ClerkUnavailable, InvalidToken, Misconfigured, MissingCredential, UnreadableCredential,
    },
};

/// Requires a policy of the caller in the context. Put it on the field or type that holds the data,
/// not on one of the paths to it.
pub struct PolicyGuard(pub Policy);

impl Guard for PolicyGuard {
    async fn check(&self, context: &Context<'_>) -> Result<()> {
        let Some(caller) = context.data_opt::<Verified>() else {
            return Err(Error::new("A token is required").extend_with(|_, extensions| {
                extensions.set("code", "UNAUTHENTICATED");
            }));
        };
        caller.require(self.0).map_err(|rejection| graphql_error(&rejection))
    }
}

/// The error of a rejection: what its HTTP response tells the caller, and no more.
pub fn graphql_error(rejection: &Rejection) -> Error {
    let code = match rejection.kind() {
        MissingCredential | InvalidToken => "UNAUTHENTICATED",
        UnreadableCredential => "BAD_REQUEST",
        ClerkUnavailable => "UNAVAILABLE",
        Misconfigured => "INTERNAL_SERVER_ERROR",
        _ => "FORBIDDEN",
    };
    Error::new(rejection.to_string()).extend_with(|_, extensions| {
        extensions.set("code", code);
        if let Some(Ok(challenge)) = rejection.challenge().as_ref().map(|it| it.to_str()) {
            extensions.set("challenge", challenge);
        }
    })
}
