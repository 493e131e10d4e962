//! A classified token in, a verified identity out. Nothing else in the crate makes identities.
//!
//! Each class has its own verifier, and none can return another class: the compiler sees to it.

mod answer;
mod api_key;
mod backend;
mod header;
mod key;
mod keys;
mod m2m;
mod oauth;
mod permissions;
mod rules;
mod session;
mod upstream;

pub(crate) use self::{
    backend::Backend,
    key::Key,
    keys::{KeySet, Keys},
    rules::{Recipient, Rules},
    upstream::{ApiSecret, Question, Timeouts, Upstream},
};

use std::sync::Arc;

use self::header::{Class, Header};
use crate::{
    clock::Clock,
    error::{ConfigurationFault, Failure, TokenFault},
    identity::Identity,
    token::{Jwt, Opaque, Token},
};

/// Everything that is needed to verify a token: keys, the way to Clerk, rules, and the time.
pub(crate) struct Verifier {
    pub(crate) keys: Keys,
    pub(crate) backend: Backend,
    pub(crate) rules: Rules,
    pub(crate) clock: Clock,
}

impl Verifier {
    pub(crate) async fn verify(&self, token: &Token<'_>) -> Result<Identity, Failure> {
        match token {
            Token::SessionJwt(jwt) => {
                self.verify_signature(jwt, Class::Session).await?;
                Ok(Identity::Session(session::from_jwt(jwt, &self.rules, self.clock.now())?))
            }
            Token::OAuthJwt(jwt) => {
                self.verify_signature(jwt, Class::OAuth).await?;
                Ok(Identity::OAuth(oauth::from_jwt(jwt, &self.rules, self.clock.now())?))
            }
            Token::M2mJwt(jwt) => {
                self.verify_signature(jwt, Class::M2m).await?;
                Ok(Identity::M2m(m2m::from_jwt(jwt, &self.rules, self.clock.now())?))
            }
            Token::Opaque(Opaque::OAuth(text)) => {
                let answer = self.backend.ask_about_oauth_token(text).await?;
                let answer = answer.object()?;
                Ok(Identity::OAuth(oauth::from_answer(&answer, &self.rules, self.clock.now())?))
            }
            Token::Opaque(Opaque::M2m(text)) => {
                let check = self.backend.recipient_check();
                m2m::assert_recipient_is_known(&self.rules, check)?;
                let answer = self.backend.ask_about_m2m_token(text).await?;
                let answer = answer.object()?;
                Ok(Identity::M2m(m2m::from_answer(&answer, &self.rules, self.clock.now(), check)?))
            }
            Token::Opaque(Opaque::ApiKey(text)) => {
                let answer = self.backend.ask_about_api_key(text).await?;
                let answer = answer.object()?;
                Ok(Identity::ApiKey(api_key::from_answer(&answer, self.clock.now())?))
            }
        }
    }

    /// What can be refused from the token alone is refused before a key is looked for, because
    /// that can ask the network.
    async fn verify_signature(&self, jwt: &Jwt<'_>, class: Class) -> Result<(), Failure> {
        let header = Header::read(&jwt.header, class)?;
        // RFC 7800 §3.1: bound to a key that its holder must prove. A bearer cannot.
        if jwt.payload.has("cnf") {
            return Err(TokenFault::Extension("cnf").into());
        }
        let key = match &self.keys {
            Keys::None => return Err(ConfigurationFault::NoKeySource.into()),
            Keys::Pem(key) => return Ok(key.verify(header.algorithm, jwt)?),
            Keys::Set(set) => set.key(header.key_id.as_deref().ok_or(TokenFault::KeyId)?).await?,
        };
        Ok(Arc::as_ref(&key).verify(header.algorithm, jwt)?)
    }
}
