//! Verifies session tokens that have expired, so that their sessions can be refreshed.

use super::{JwtVerifier, claims::session, header::Class};
use crate::{
    clock::UnixMillis,
    error::{ErrorKind, TokenError},
    identity::SessionToken,
    token::{Decoded, Token},
    verify::{checks::ClaimChecks, facts::JwtFacts},
};

impl JwtVerifier {
    /// The session of a cookie whose token passes each rule but `exp`: it is verified as it would
    /// have been in its last moment.
    pub(crate) async fn verify_expired(
        &self,
        text: &[u8],
        checks: &ClaimChecks,
        now: UnixMillis,
    ) -> Result<SessionToken, ErrorKind> {
        let decoded = Decoded::from_text(text).map_err(TokenError::from)?;
        let token = Token::classify(&decoded).map_err(TokenError::from)?;
        let Token::SessionJwt(jwt) = &token else {
            return Err(TokenError::NotAccepted(token.presented().token_type).into());
        };
        self.verify_signature(jwt, Class::Session).await?;
        let session = session::from_jwt(jwt)?;
        checks.check_cookie_party(session.token.0.names_party)?;
        let (token, last_moment) = (session.token.clone(), session.times.expires.plus(-1));
        JwtFacts::Session(session).check(checks, last_moment.min(now))?;
        Ok(token)
    }
}
