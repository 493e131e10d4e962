//! Reads an M2M token from its signed payload.

use crate::{
    error::TokenError,
    identity::{
        Claims, M2mFacts, M2mToken,
        ids::{MachineId, Subject, TokenId},
    },
    token::{
        Jwt,
        json::{Member, Object},
    },
    verify::{
        facts::M2mJwt,
        members::{actor, audience, issuer, optional_text, required_text, times},
    },
};

/// Members of a payload that are not custom claims.
const REGISTERED: [&str; 6] = ["iss", "sub", "exp", "nbf", "iat", "jti"];

pub(crate) fn from_jwt(jwt: &Jwt<'_>) -> Result<M2mJwt, TokenError> {
    let payload = &jwt.payload;
    let subject = required_text(payload, "sub")?;
    let times = times(payload)?;
    let recipients = recipients_of_jwt(payload)?;
    actor(payload)?;
    let token = M2mFacts {
        token_id: optional_text(payload, "jti")?.map(|id| TokenId::new(&id)),
        recipients: recipients.iter().map(|id| MachineId::new(id)).collect(),
        claims: payload.without(&REGISTERED).as_deref().map(Claims::new),
        is_jwt: true,
        expires_at: Some(times.expires),
        ..machine(&subject)?
    };
    Ok(M2mJwt { token: M2mToken::new(token), issuer: issuer(payload), times })
}

/// A token of this machine, with nothing else known yet.
pub(crate) fn machine(subject: &str) -> Result<M2mFacts, TokenError> {
    let Some(Subject::Machine(machine_id)) = Subject::from_id(subject) else {
        return Err(TokenError::Claim("sub"));
    };
    Ok(M2mFacts {
        subject: Subject::Machine(machine_id.clone()),
        machine_id,
        token_id: None,
        recipients: [].into(),
        claims: None,
        is_jwt: false,
        expires_at: None,
    })
}

/// `scopes` is a list delimited by spaces; a token without it names its recipients in `aud`. A
/// malformed `aud` rejects the token in any case.
fn recipients_of_jwt(payload: &Object<'_>) -> Result<Vec<String>, TokenError> {
    let audience = audience(payload)?;
    match payload.text("scopes") {
        Member::Is(ids) => {
            Ok(ids.split(' ').filter(|id| !id.is_empty()).map(ToOwned::to_owned).collect())
        }
        Member::Absent => Ok(audience.into_iter().map(Into::into).collect()),
        Member::Null | Member::Mistyped => Err(TokenError::Claim("scopes")),
    }
}
