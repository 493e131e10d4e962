//! Verifies JWTs: cache, header, key set, signature, claims.

pub(crate) mod cache;
pub(crate) mod claims;
mod expired_session;
mod handshake;
pub(crate) mod header;
pub(crate) mod key;
pub(crate) mod key_set;

use std::sync::Arc;

use self::{
    cache::{CacheEntry, JwtCache},
    claims::{checks::ClaimChecks, m2m, oauth, session},
    header::{Class, Header},
    key::Thumbprint,
    key_set::Keys,
};
use crate::{
    clock::Clock,
    error::{ConfigurationError, ErrorKind, TokenError},
    identity::Identity,
    telemetry::{self, Lookup},
    token::{self, Jwt},
};

/// What JWTs are verified with.
pub(crate) struct JwtVerifier {
    pub(crate) keys: Keys,
    /// `None` where the configuration switches it off.
    pub(crate) cache: Option<JwtCache>,
    pub(crate) checks: Arc<ClaimChecks>,
    pub(crate) clock: Clock,
}

impl JwtVerifier {
    /// What was verified of the token before, while the key that verified it counts. Its times are
    /// checked by [`check_cached`](Self::check_cached).
    pub(crate) fn cached(&self, text: &[u8]) -> Option<CacheEntry> {
        let cache = self.cache.as_ref().filter(|_| token::can_be_jwt(text))?;
        let entry = cache.get(text).filter(|entry| self.keys.hold(&entry.key));
        telemetry::looked_up(if entry.is_some() { Lookup::JwtHit } else { Lookup::JwtMiss });
        entry
    }

    /// Checks the times again: a cached token can be expired by now.
    pub(crate) fn check_cached(&self, entry: CacheEntry) -> Result<Identity, TokenError> {
        self.checks.check_now(&entry.times, self.clock.now())?;
        Ok(entry.identity)
    }

    pub(crate) async fn verify(
        &self,
        jwt: &Jwt<'_>,
        class: Class,
        text: &[u8],
    ) -> Result<Identity, ErrorKind> {
        let key = self.verify_signature(jwt, class).await?;
        let (checks, now) = (&*self.checks, self.clock.now());
        let (identity, times) = match class {
            Class::Session => session::from_jwt(jwt, checks, now)
                .map(|(token, times)| (Identity::Session(token), times))?,
            Class::OAuth => oauth::from_jwt(jwt, checks, now)
                .map(|(token, times)| (Identity::OAuth(token), times))?,
            Class::M2m => m2m::from_jwt(jwt, checks, now)
                .map(|(token, times)| (Identity::M2m(token), times))?,
        };
        if let Some(cache) = &self.cache {
            cache.insert(text, CacheEntry { identity: identity.clone(), times, key });
        }
        Ok(identity)
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
