//! Verifies handshake tokens: a class of JWT of its own, which carries cookies and is never a session.

use super::{JwtVerifier, header::Class};
use crate::{
    clock::UnixMillis,
    error::{ErrorKind, TokenError},
    token::{
        Decoded, Token,
        json::{Member, Object},
    },
    verify::{
        checks::ClaimChecks,
        members::{issuer, times},
    },
};

/// Claims of the tokens that stand for somebody. The same key signs those, and the author of a JWT
/// template chooses what else is in them.
const OF_OTHER_CLASSES: [&str; 8] =
    ["sub", "sid", "azp", "client_id", "scopes", "scope", "scp", "act"];

/// The cookies that a verified handshake token asks for, not parsed yet.
pub(crate) struct HandshakeToken {
    pub(crate) directives: Vec<String>,
}

impl JwtVerifier {
    /// End and issuer are optional in the token, and are checked if they are there.
    pub(crate) async fn verify_handshake(
        &self,
        text: &[u8],
        checks: &ClaimChecks,
        now: UnixMillis,
    ) -> Result<HandshakeToken, ErrorKind> {
        let decoded = Decoded::from_text(text).map_err(TokenError::from)?;
        let token = Token::classify(&decoded).map_err(TokenError::from)?;
        let Token::SessionJwt(jwt) = &token else {
            return Err(TokenError::NotAccepted(token.presented().token_type).into());
        };
        let payload = &jwt.payload;
        if let Some(claim) = OF_OTHER_CLASSES.into_iter().find(|claim| payload.has(claim)) {
            return Err(TokenError::Claim(claim).into());
        }
        // The header's category and type are those of a session.
        self.verify_signature(jwt, Class::Session).await?;
        if payload.has("iss") {
            checks.check_issuer(issuer(payload).as_deref())?;
        }
        if payload.has("exp") {
            checks.check_times(&times(payload)?, now)?;
        }
        Ok(HandshakeToken { directives: directives(payload)? })
    }
}

fn directives(payload: &Object<'_>) -> Result<Vec<String>, TokenError> {
    match payload.texts("handshake") {
        Member::Is(texts) => Ok(texts.into_iter().map(std::borrow::Cow::into_owned).collect()),
        _ => Err(TokenError::Claim("handshake")),
    }
}
