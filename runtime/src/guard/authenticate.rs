//! Authentication without an axum handler.

use http::request::Parts;

use super::{Admitted, Verified, admit, admit_token, reject, verified};
use crate::{
    clerk::Clerk, identity::VerifiedToken, policy::Policy, response::rejection::Rejection,
    telemetry, token::TokenType,
};

impl Clerk {
    /// Authenticates a request without a guard or [`ClerkLayer`](crate::ClerkLayer), by the same
    /// rules: of a gRPC service, a socket, or a server without axum.
    ///
    /// Reads the `Authorization` field. Without one, reads the session cookie if the policy accepts
    /// session tokens. Stores the identity in the extensions of `parts`, so that a later guard with
    /// the same credential does not verify again. Returns `None` for an anonymous request, which
    /// only an [`optional`](Policy::optional) policy admits.
    ///
    /// ```
    /// use clerk_auth::{Clerk, Policy, Rejection, policy};
    /// use http::request::Parts;
    ///
    /// const READ: Policy = policy!(accepts = "oauth_token", scopes = "read:notes", optional);
    ///
    /// async fn greet(clerk: &Clerk, parts: &mut Parts) -> Result<String, Rejection> {
    ///     Ok(match clerk.authenticate(parts, READ).await? {
    ///         Some(caller) => format!("hello {}", caller.subject()),
    ///         None => "hello".to_owned(),
    ///     })
    /// }
    ///
    /// # #[cfg(feature = "testing")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let issuer = clerk_auth::testing::DevIssuer::start().await?;
    /// let clerk = issuer.clerk().build()?;
    /// let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    /// let request = http::Request::builder().header("authorization", format!("Bearer {token}"));
    /// let (mut parts, ()) = request.body(())?.into_parts();
    /// assert_eq!(greet(&clerk, &mut parts).await?, "hello user_ada");
    /// # Ok(()) }
    /// # #[cfg(not(feature = "testing"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// Returns the rejection of a guard with this policy.
    pub async fn authenticate(
        &self,
        parts: &mut Parts,
        policy: Policy,
    ) -> Result<Option<Verified>, Rejection> {
        let admitted = admit(self.clone(), parts, &policy).await;
        let admitted = admitted
            .map_err(|error| reject(&error, &policy, self.appearance(), Some(&parts.extensions)))?;
        telemetry::admitted(admitted.as_ref().map(token_type));
        Ok(admitted.and_then(|_| verified(&parts.extensions)))
    }

    /// Authenticates a bearer token that came without a request: the first message of a socket, a
    /// field of another protocol.
    ///
    /// Applies the rules of a token in an `Authorization` field, and never admits an anonymous
    /// caller, also if the policy is [`optional`](Policy::optional). Don't pass the value of a
    /// cookie: browsers send cookies with requests of other sites, and only
    /// [`authenticate`](Self::authenticate) checks for those.
    ///
    /// ```
    /// use clerk_auth::{Clerk, Policy, policy, rejection::RejectionKind};
    ///
    /// const READ: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");
    ///
    /// # #[cfg(feature = "testing")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let issuer = clerk_auth::testing::DevIssuer::start().await?;
    /// let clerk = issuer.clerk().build()?;
    /// let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    /// let caller = clerk.authenticate_token(&token, READ).await?;
    /// assert_eq!(caller.subject().as_str(), "user_ada");
    ///
    /// let rejection = clerk.authenticate_token("not a token", READ).await.unwrap_err();
    /// assert_eq!(rejection.kind(), RejectionKind::InvalidToken);
    /// # Ok(()) }
    /// # #[cfg(not(feature = "testing"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// Returns the rejection of a guard with this policy for this token, or for a request without a
    /// credential if the token is empty.
    pub async fn authenticate_token(
        &self,
        token: &str,
        policy: Policy,
    ) -> Result<Verified, Rejection> {
        let admitted = admit_token(self, token.as_bytes(), &policy).await;
        let admitted =
            admitted.map_err(|error| reject(&error, &policy, self.appearance(), None))?;
        telemetry::admitted(Some(token_type(&admitted)));
        Ok(Verified::new(&admitted, self.clone(), None))
    }
}

fn token_type(admitted: &Admitted) -> TokenType {
    admitted.identity.token_type()
}
