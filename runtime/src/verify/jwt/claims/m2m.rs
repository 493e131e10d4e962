//! Reads an M2M token from its signed payload.

use super::checks::{ClaimChecks, Recipient, Times, actor, audience, optional_text, required_text};
use crate::{
    clock::UnixMillis,
    error::{ConfigurationError, ErrorKind, TokenError},
    identity::{
        Claims, M2mFacts, M2mToken,
        ids::{MachineId, Subject, TokenId},
    },
    token::{
        Jwt,
        json::{Member, Object},
    },
};

/// Members of a payload that are not custom claims.
const REGISTERED: [&str; 6] = ["iss", "sub", "exp", "nbf", "iat", "jti"];

pub(crate) fn from_jwt(
    jwt: &Jwt<'_>,
    rules: &ClaimChecks,
    now: UnixMillis,
) -> Result<(M2mToken, Times), ErrorKind> {
    let payload = &jwt.payload;
    let subject = required_text(payload, "sub")?;
    rules.check_issuer(payload)?;
    let times = rules.check_times(payload, now)?;
    let recipients = recipients_of_jwt(payload)?;
    check_recipient(&recipients, &rules.recipient)?;
    actor(payload)?;
    let token = M2mFacts {
        token_id: optional_text(payload, "jti")?.map(|id| TokenId::new(&id)),
        recipients: recipients.iter().map(|id| MachineId::new(id)).collect(),
        claims: payload.without(&REGISTERED).as_deref().map(Claims::new),
        is_jwt: true,
        expires_at: Some(times.expires),
        ..machine(&subject)?
    };
    Ok((M2mToken::new(token), times))
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

/// Clerk signs M2M tokens for the machines of the whole instance, so a token for another one is
/// genuine too. Only the recipients tell.
pub(crate) fn check_recipient(recipients: &[String], rule: &Recipient) -> Result<(), ErrorKind> {
    match rule {
        Recipient::Any => Ok(()),
        Recipient::Machine(ours) if recipients.contains(ours) => Ok(()),
        Recipient::Machine(_) => Err(TokenError::Recipient.into()),
        Recipient::Unknown => Err(ConfigurationError::NoMachineId.into()),
    }
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
