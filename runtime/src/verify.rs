//! Verifies tokens. Nothing else in the crate makes identities.
//!
//! Each class is read by a function that cannot return another: the compiler sees to it.

mod call_throttle;
#[cfg(fuzzing)]
#[allow(missing_docs, unreachable_pub, reason = "only the fuzz targets see it")]
pub mod fuzzing;
pub(crate) mod health;
pub(crate) mod http_client;
pub(crate) mod jwt;
pub(crate) mod opaque;
pub(crate) mod session_api;
pub(crate) mod single_flight;

pub(crate) use self::{
    http_client::{
        ApiRequest, ApiSecret, Timeouts, Upstream,
        client::{API_VERSION, HttpClient, Reach},
    },
    jwt::{
        JwtVerifier,
        cache::{Fingerprint, JwtCache},
        claims::checks::{ClaimChecks, Recipient, is_expired},
        key::Key,
        key_set::{KeySet, Keys},
    },
    opaque::{
        OpaqueVerifier, VerdictTimes,
        backend_api::{BackendApi, RateLimits},
        rate_limit::CallLimit,
    },
    session_api::{NotRenewed, SessionApi},
    single_flight::{Flight, SingleFlight},
};

use std::sync::Arc;

use self::{health::Health, jwt::header::Class};
use crate::{
    clock::{Clock, UnixMillis},
    error::{AuthError, ErrorKind, TokenError},
    identity::{Identity, VerifiedToken},
    token::{self, Decoded, Form, Presented, Token, TokenType},
};

/// A verifier for JWTs and one for opaque tokens, with the same checks and the same clock.
pub(crate) struct Verifier {
    pub(crate) jwt: JwtVerifier,
    pub(crate) opaque: Arc<OpaqueVerifier>,
    pub(crate) rules: Arc<ClaimChecks>,
    pub(crate) clock: Clock,
}

impl Verifier {
    /// What the token stands for, if its type is accepted.
    pub(crate) async fn verify(
        &self,
        text: &[u8],
        accepts: impl Fn(TokenType) -> bool,
    ) -> Result<Identity, AuthError> {
        if let Some(entry) = self.jwt.cached(text) {
            let token_type = entry.identity.token_type();
            let verified = if accepts(token_type) {
                self.jwt.check_cached(entry)
            } else {
                Err(TokenError::NotAccepted(token_type))
            };
            let presented = Some(Presented { token_type, form: Form::Jwt });
            return verified.map_err(|fault| AuthError { failure: fault.into(), presented });
        }
        // On the heap: most tokens are cached, and the future of their requests stays small.
        Box::pin(self.verify_uncached(text, accepts)).await
    }

    async fn verify_uncached(
        &self,
        text: &[u8],
        accepts: impl Fn(TokenType) -> bool,
    ) -> Result<Identity, AuthError> {
        let decoded = Decoded::from_text(text).map_err(TokenError::from)?;
        let token = Token::classify(&decoded).map_err(TokenError::from)?;
        let presented = token.presented();
        let verified = match &token {
            _ if !accepts(presented.token_type) => {
                Err(TokenError::NotAccepted(presented.token_type).into())
            }
            Token::Opaque(opaque) => self.opaque.verify(*opaque).await,
            Token::SessionJwt(jwt) => self.jwt.verify(jwt, Class::Session, text).await,
            Token::OAuthJwt(jwt) => self.jwt.verify(jwt, Class::OAuth, text).await,
            Token::M2mJwt(jwt) => self.jwt.verify(jwt, Class::M2m, text).await,
        };
        verified.map_err(|failure| AuthError { failure, presented: Some(presented) })
    }

    /// The moment from which a token that was verified is rejected: a JWT's `exp` plus the skew,
    /// or the expiration that Clerk names for an opaque token. What outlives a request ends then.
    pub(crate) fn accepts_until(&self, identity: &Identity, text: &[u8]) -> Option<UnixMillis> {
        let end = identity.end()?;
        Some(if token::can_be_jwt(text) { self.rules.accepts_until(end) } else { end })
    }

    /// Loads what can be loaded before the first token comes.
    pub(crate) async fn warm_up(&self) -> Result<(), ErrorKind> {
        match &self.jwt.keys {
            Keys::Set(set) => set.warm_up().await,
            Keys::Pem(_) | Keys::None => Ok(()),
        }
    }

    pub(crate) fn health(&self) -> Health {
        let remembered_jwts = self.jwt.cache.as_ref().map_or(0, JwtCache::len);
        Health { keys: self.jwt.keys.health(), remembered_jwts }
    }
}
