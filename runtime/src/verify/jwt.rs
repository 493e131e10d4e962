//! Verifies JWTs: cache, header, key set, signature, and the facts that it vouches for.

pub(crate) mod cache;
pub(crate) mod claims;
mod expired_session;
mod handshake;
pub(crate) mod header;
pub(crate) mod key;
pub(crate) mod key_set;

use std::sync::Arc;

use self::{
    cache::{CachedJwt, JwtCache},
    claims::{m2m, oauth, session},
    header::{Class, Header},
    key::Thumbprint,
    key_set::Keys,
};
use super::facts::JwtFacts;
use crate::{
    error::{ConfigurationError, ErrorKind, TokenError},
    telemetry::{self, Lookup},
    token::{self, Jwt},
};

/// What JWTs are verified with.
pub(crate) struct JwtVerifier {
    pub(crate) keys: Keys,
    /// `None` where the configuration switches it off.
    pub(crate) cache: Option<JwtCache>,
}

impl JwtVerifier {
    /// The facts that were verified of the token before, while the key that vouched for them counts.
    pub(crate) fn cached(&self, text: &[u8]) -> Option<Arc<CachedJwt>> {
        let cache = self.cache.as_ref().filter(|_| token::can_be_jwt(text))?;
        let cached = cache.get(text).filter(|cached| self.keys.hold(&cached.key));
        telemetry::looked_up(if cached.is_some() { Lookup::JwtHit } else { Lookup::JwtMiss });
        cached
    }

    /// Returns the facts of a token, and the thumbprint of the key that vouches for them.
    pub(crate) async fn verify(
        &self,
        jwt: &Jwt<'_>,
        class: Class,
    ) -> Result<(JwtFacts, Thumbprint), ErrorKind> {
        let key = self.verify_signature(jwt, class).await?;
        let facts = match class {
            Class::Session => JwtFacts::Session(session::from_jwt(jwt)?),
            Class::OAuth => JwtFacts::OAuth(oauth::from_jwt(jwt)?),
            Class::M2m => JwtFacts::M2m(m2m::from_jwt(jwt)?),
        };
        Ok((facts, key))
    }

    /// What can be rejected from the token alone is rejected before a key is looked for, because
    /// that can call the network. Returns the thumbprint of the key that verified the token.
    async fn verify_signature(&self, jwt: &Jwt<'_>, class: Class) -> Result<Thumbprint, ErrorKind> {
        let header = Header::read(&jwt.header, class)?;
        header.check_bearer(&jwt.payload, class)?;
        match &self.keys {
            Keys::None => Err(ConfigurationError::NoKeySource.into()),
            Keys::Pem(key) => Ok(key.verify(header.algorithm, jwt)?),
            Keys::Set(set) => {
                let key_id = header.key_id.as_deref().ok_or(TokenError::KeyId)?;
                set.verify(key_id, header.algorithm, jwt).await
            }
        }
    }
}
