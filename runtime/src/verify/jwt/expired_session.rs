//! Verifies session tokens that have expired, so that their sessions can be refreshed.

use super::{JwtVerifier, claims::session, header::Class};
use crate::{
    clock::{UnixMillis, whole},
    error::{ErrorKind, TokenError},
    identity::SessionToken,
    token::{Decoded, Token, json::Member},
};

impl JwtVerifier {
    /// The session of a token that passes each rule but `exp`: it is verified as it would have been
    /// in its last moment.
    pub(crate) async fn verify_expired(&self, text: &[u8]) -> Result<SessionToken, ErrorKind> {
        let decoded = Decoded::from_text(text).map_err(TokenError::from)?;
        let token = Token::classify(&decoded).map_err(TokenError::from)?;
        let Token::SessionJwt(jwt) = &token else {
            return Err(TokenError::NotAccepted(token.presented().token_type).into());
        };
        self.verify_signature(jwt, Class::Session).await?;
        let Member::Is(expires) = jwt.payload.number("exp") else {
            return Err(TokenError::Claim("exp").into());
        };
        let last_moment = UnixMillis(whole(expires).saturating_mul(1000)).plus(-1);
        let (session, _) = session::from_jwt(jwt, &self.checks, last_moment.min(self.clock.now()))?;
        Ok(session)
    }
}
