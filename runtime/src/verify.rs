//! Verifies tokens. Nothing else in the crate makes identities.
//!
//! Each class is read by a function that cannot return another: the compiler sees to it.

mod call_throttle;
pub(crate) mod checks;
pub(crate) mod facts;
#[cfg_attr(
    not(feature = "redis"),
    allow(dead_code, reason = "only a store of a feature makes a fleet")
)]
pub(crate) mod fleet;
#[cfg(fuzzing)]
#[allow(missing_docs, unreachable_pub, reason = "only the fuzz targets see it")]
pub mod fuzzing;
pub(crate) mod health;
pub(crate) mod http_client;
pub(crate) mod jwt;
pub(crate) mod members;
pub(crate) mod opaque;
pub(crate) mod session_api;
pub(crate) mod single_flight;

pub(crate) use self::{
    checks::{ClaimChecks, Recipient, is_expired},
    facts::Accepted,
    fleet::{FleetSettings, Replicas, seal::Seal},
    http_client::{
        ApiRequest, ApiSecret, Timeouts, Upstream,
        client::{API_VERSION, HttpClient, Reach},
    },
    jwt::{
        JwtVerifier,
        cache::{Fingerprint, JwtCache},
        key::Key,
        key_set::{KeySet, Keys},
    },
    opaque::{
        OpaqueVerifier, VerdictTimes,
        backend_api::{BackendApi, RateLimits},
        rate_limit::CallLimit,
        tombstones::Tombstones,
    },
    session_api::{NotRenewed, SessionApi},
    single_flight::{Flight, SingleFlight},
};

use std::sync::Arc;

use self::{health::Health, jwt::header::Class};
use crate::{
    clock::Clock,
    error::{AuthError, ErrorKind, TokenError},
    identity::{Identity, SessionToken},
    token::{Decoded, Form, Jwt, Presented, Token, TokenType},
};

/// The rules of one `Clerk`, and what it shares with those that differ in them: a verifier for JWTs,
/// one for opaque tokens, and the clock.
pub(crate) struct Verifier {
    pub(crate) jwt: Arc<JwtVerifier>,
    pub(crate) opaque: Arc<OpaqueVerifier>,
    pub(crate) rules: ClaimChecks,
    pub(crate) clock: Clock,
}

impl Verifier {
    /// The same with other rules. Keys, caches and running calls are shared.
    pub(crate) fn with_rules(&self, rules: ClaimChecks) -> Self {
        let (jwt, opaque) = (Arc::clone(&self.jwt), Arc::clone(&self.opaque));
        Self { jwt, opaque, rules, clock: self.clock.clone() }
    }

    /// What the token stands for, if its type is accepted and the rules accept it now.
    pub(crate) async fn verify(
        &self,
        text: &[u8],
        accepts: impl Fn(Presented) -> bool,
    ) -> Result<Accepted, AuthError> {
        if let Some(cached) = self.jwt.cached(text) {
            let presented = Presented { token_type: cached.facts.token_type(), form: Form::Jwt };
            let verified = check_accepted(presented, accepts)
                .map_err(ErrorKind::from)
                .and_then(|()| cached.facts.check(&self.rules, self.clock.now()));
            return verified.map_err(|failure| AuthError { failure, presented: Some(presented) });
        }
        // On the heap: most tokens are cached, and the future of their requests stays small.
        Box::pin(self.verify_uncached(text, accepts)).await
    }

    /// Verifies the session of a cookie. No other class of token is read from one.
    pub(crate) async fn verify_session_cookie(&self, text: &[u8]) -> Result<Accepted, AuthError> {
        let accepted = self.verify(text, Presented::is_session).await?;
        if let Identity::Session(SessionToken(session)) = &accepted.identity {
            let checked = self.rules.check_cookie_party(session.names_party);
            let token_type = Some(TokenType::SessionToken);
            checked.map_err(|fault| AuthError::of_known(fault, token_type))?;
        }
        Ok(accepted)
    }

    async fn verify_uncached(
        &self,
        text: &[u8],
        accepts: impl Fn(Presented) -> bool,
    ) -> Result<Accepted, AuthError> {
        let decoded = Decoded::from_text(text).map_err(TokenError::from)?;
        let token = Token::classify(&decoded).map_err(TokenError::from)?;
        let presented = token.presented();
        let as_presented = |failure| AuthError { failure, presented: Some(presented) };
        check_accepted(presented, accepts).map_err(|fault| as_presented(fault.into()))?;
        let verified = match &token {
            Token::Opaque(opaque) => self.opaque.verify(*opaque, &self.rules).await,
            Token::SessionJwt(jwt) => self.verify_jwt(jwt, Class::Session, text).await,
            Token::OAuthJwt(jwt) => self.verify_jwt(jwt, Class::OAuth, text).await,
            Token::M2mJwt(jwt) => self.verify_jwt(jwt, Class::M2m, text).await,
        };
        verified.map_err(as_presented)
    }

    async fn verify_jwt(
        &self,
        jwt: &Jwt<'_>,
        class: Class,
        text: &[u8],
    ) -> Result<Accepted, ErrorKind> {
        let (facts, key) = self.jwt.verify(jwt, class).await?;
        let accepted = facts.check(&self.rules, self.clock.now())?;
        // Only what admits a caller takes a place in the cache.
        if let Some(cache) = &self.jwt.cache {
            cache.insert(text, facts, key);
        }
        Ok(accepted)
    }

    /// Loads what can be loaded before the first token comes.
    pub(crate) async fn warm_up(&self) -> Result<(), ErrorKind> {
        match &self.jwt.keys {
            Keys::Set(set) => set.warm_up().await,
            Keys::Pem(_) | Keys::None => Ok(()),
        }
    }

    pub(crate) fn health(&self) -> Health {
        let cached_jwts = self.jwt.cache.as_ref().map_or(0, JwtCache::len);
        let (keys, fleet) = (self.jwt.keys.health(), self.opaque.fleet_health());
        Health { keys, cached_jwts, fleet }
    }
}

/// Rejects a token by its type and form alone, before anything is verified.
fn check_accepted(
    presented: Presented,
    accepts: impl Fn(Presented) -> bool,
) -> Result<(), TokenError> {
    let Presented { token_type, .. } = presented;
    if accepts(presented) {
        return Ok(());
    }
    let as_jwt = Presented { token_type, form: Form::Jwt };
    let fault = if accepts(as_jwt) {
        TokenError::OpaqueNotAccepted(token_type)
    } else {
        TokenError::NotAccepted(token_type)
    };
    Err(fault)
}
