//! A token's text in, a verified identity out. Nothing else in the crate makes identities.
//!
//! Each class has its own verifier, and none can return another class: the compiler sees to it.

#[cfg(fuzzing)]
#[allow(missing_docs, unreachable_pub, reason = "only the fuzz targets see it")]
pub mod fuzzing;
pub(crate) mod health;
pub(crate) mod http_client;
pub(crate) mod jwt;
pub(crate) mod opaque;
pub(crate) mod single_flight;

pub(crate) use self::{
    http_client::{
        ApiRequest, ApiSecret, Timeouts, Upstream,
        client::{HttpClient, Reach},
    },
    jwt::{
        cache::JwtCache,
        claims::checks::{ClaimChecks, Recipient, is_expired},
        key::Key,
        key_set::{KeySet, Keys},
    },
    opaque::{
        OpaqueVerifier, VerdictTimes,
        backend_api::{Backend, RateLimits},
        rate_limit::CallLimit,
    },
};

use std::sync::Arc;

use self::{
    jwt::{
        cache::{CacheEntry, Fingerprint},
        header::{Class, Header},
        key::Thumbprint,
    },
    opaque::Verdict,
};
use crate::{
    clock::{Clock, UnixMillis},
    error::{AuthError, ConfigurationError, ErrorKind, TokenError},
    identity::{Identity, VerifiedToken},
    telemetry::{self, Lookup},
    token::{self, Decoded, Form, Jwt, Opaque, OpaqueKind, Presented, Token, TokenType},
    verify::health::Health,
};

/// Everything that is needed to verify a token: keys, the way to Clerk, rules, and the time.
pub(crate) struct Verifier {
    pub(crate) keys: Keys,
    pub(crate) backend: Backend,
    pub(crate) asked: Arc<OpaqueVerifier>,
    /// `None` where the configuration switches it off.
    pub(crate) seen: Option<JwtCache>,
    pub(crate) rules: ClaimChecks,
    pub(crate) clock: Clock,
}

impl Verifier {
    /// What the token stands for, if its type is accepted.
    pub(crate) async fn verify(
        self: &Arc<Self>,
        text: &[u8],
        accepts: impl Fn(TokenType) -> bool,
    ) -> Result<Identity, AuthError> {
        let seen = self.seen.as_ref().filter(|_| token::can_be_jwt(text));
        if let Some(entry) = seen.and_then(|seen| self.recall(seen, text)) {
            let token_type = entry.identity.token_type();
            let fault = match self.rules.check_now(&entry.times, self.clock.now()) {
                _ if !accepts(token_type) => TokenError::NotAccepted(token_type),
                Ok(()) => return Ok(entry.identity),
                Err(fault) => fault,
            };
            let presented = Some(Presented { token_type, form: Form::Jwt });
            return Err(AuthError { failure: fault.into(), presented });
        }
        // On the heap: most tokens were seen before, and the future of their requests stays small.
        Box::pin(self.verify_unseen(text, accepts, seen)).await
    }

    /// The way of a token that is not remembered: from its text to an identity.
    async fn verify_unseen(
        self: &Arc<Self>,
        text: &[u8],
        accepts: impl Fn(TokenType) -> bool,
        seen: Option<&JwtCache>,
    ) -> Result<Identity, AuthError> {
        let decoded = Decoded::from_text(text).map_err(TokenError::from)?;
        let token = Token::classify(&decoded).map_err(TokenError::from)?;
        let presented = token.presented();
        let verified = if accepts(presented.token_type) {
            self.verify_token(&token, text, seen).await
        } else {
            Err(TokenError::NotAccepted(presented.token_type).into())
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
        match &self.keys {
            Keys::Set(set) => set.warm_up().await,
            Keys::Pem(_) | Keys::None => Ok(()),
        }
    }

    pub(crate) fn health(&self) -> Health {
        let remembered_jwts = self.seen.as_ref().map_or(0, JwtCache::len);
        Health { keys: self.keys.health(), remembered_jwts }
    }

    /// What was verified of a token before, while the key that vouched for it counts.
    fn recall(&self, seen: &JwtCache, text: &[u8]) -> Option<CacheEntry> {
        let entry = seen.get(text).filter(|entry| self.keys.hold(&entry.key));
        telemetry::looked_up(if entry.is_some() { Lookup::JwtHit } else { Lookup::JwtMiss });
        entry
    }

    async fn verify_token(
        self: &Arc<Self>,
        token: &Token<'_>,
        text: &[u8],
        seen: Option<&JwtCache>,
    ) -> Result<Identity, ErrorKind> {
        let entry = match token {
            Token::Opaque(opaque) => return self.ask(*opaque).await,
            Token::SessionJwt(jwt) => {
                let key = self.verify_signature(jwt, Class::Session).await?;
                let (token, times) =
                    jwt::claims::session::from_jwt(jwt, &self.rules, self.clock.now())?;
                CacheEntry { identity: Identity::Session(token), times, key }
            }
            Token::OAuthJwt(jwt) => {
                let key = self.verify_signature(jwt, Class::OAuth).await?;
                let (token, times) =
                    jwt::claims::oauth::from_jwt(jwt, &self.rules, self.clock.now())?;
                CacheEntry { identity: Identity::OAuth(token), times, key }
            }
            Token::M2mJwt(jwt) => {
                let key = self.verify_signature(jwt, Class::M2m).await?;
                let (token, times) =
                    jwt::claims::m2m::from_jwt(jwt, &self.rules, self.clock.now())?;
                CacheEntry { identity: Identity::M2m(token), times, key }
            }
        };
        let identity = entry.identity.clone();
        if let Some(seen) = seen {
            seen.insert(text, entry);
        }
        Ok(identity)
    }

    /// What can be refused from the token alone is refused before a key is looked for, because
    /// that can ask the network. Returns the thumbprint of the key that vouched for the token.
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

    /// Asks Clerk about an opaque token, or whoever asks already.
    async fn ask(self: &Arc<Self>, opaque: Opaque<'_>) -> Verdict {
        let ask = |is_new_token| {
            self.start_call(opaque.kind, is_new_token)?;
            let (verifier, text) = (Arc::clone(self), opaque.text.to_owned());
            Ok(async move { verifier.ask_clerk(opaque.kind, &text, is_new_token).await })
        };
        let asked = self.asked.about(Fingerprint::of(opaque.text.as_bytes()), ask);
        let identity = telemetry::verify_opaque(opaque.kind.token_type(), asked).await?;
        // What was approved a while ago can be over by now.
        if is_expired(identity.end(), self.clock.now()) {
            return Err(TokenError::Expired.into());
        }
        Ok(identity)
    }

    /// Takes a call from the rate limit, if a response could admit the caller.
    fn start_call(&self, kind: OpaqueKind, is_new_token: bool) -> Result<(), ErrorKind> {
        if kind == OpaqueKind::M2m {
            jwt::claims::m2m::assert_recipient_is_known(
                &self.rules,
                self.backend.recipient_check(),
            )?;
        }
        self.backend.start_call(kind, is_new_token)
    }

    async fn ask_clerk(&self, kind: OpaqueKind, text: &str, is_new_token: bool) -> Verdict {
        let answer = self.backend.ask(kind, text, is_new_token).await?;
        let (answer, now) = (answer.object(kind)?, self.clock.now());
        Ok(match kind {
            OpaqueKind::OAuth => {
                Identity::OAuth(jwt::claims::oauth::from_answer(&answer, &self.rules, now)?)
            }
            OpaqueKind::M2m => {
                let check = self.backend.recipient_check();
                Identity::M2m(jwt::claims::m2m::from_answer(&answer, &self.rules, now, check)?)
            }
            OpaqueKind::ApiKey => {
                Identity::ApiKey(opaque::response::api_key::from_answer(&answer, now)?)
            }
        })
    }
}
