//! The signed payload of an M2M JWT, or Clerk's answer about an opaque one, in; a verified M2M
//! token out.

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
    verify::opaque::response::{Approval, Unit},
};

/// Members of a payload that are not custom claims.
const REGISTERED: [&str; 6] = ["iss", "sub", "exp", "nbf", "iat", "jti"];

/// Who has made sure that the token is for this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecipientCheck {
    /// Clerk, because it was asked with this machine's own key.
    ByClerk,
    /// We must.
    Ours,
}

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
        expires_at: Some(times.expires),
        ..machine(&subject)?
    };
    Ok((M2mToken::new(token), times))
}

pub(crate) fn from_answer(
    answer: &Object<'_>,
    rules: &ClaimChecks,
    now: UnixMillis,
    check: RecipientCheck,
) -> Result<M2mToken, ErrorKind> {
    let approval = Approval::read(answer, "machine_to_machine_token", Unit::Milliseconds, now)?;
    let recipients: Vec<String> = match answer.texts("scopes") {
        Member::Absent | Member::Null => Vec::new(),
        Member::Is(ids) => {
            ids.into_iter().map(Into::into).filter(|id: &String| !id.is_empty()).collect()
        }
        Member::Mistyped => return Err(TokenError::Answer("scopes").into()),
    };
    // What Clerk compared is the machine of our key. A configured machine ID is compared too: the
    // key could be of another machine.
    if check == RecipientCheck::Ours || rules.recipient != Recipient::Unknown {
        check_recipient(&recipients, &rules.recipient)?;
    }
    // The custom claims are the ones that a JWT has beside its own.
    if let Member::Is(claims) = answer.object("claims") {
        actor(&claims)?;
    }
    let claims = answer.raw("claims").filter(|json| *json != "null");
    let token = M2mFacts {
        token_id: Some(TokenId::new(&approval.id)),
        recipients: recipients.iter().map(|id| MachineId::new(id)).collect(),
        claims: claims.map(Claims::new),
        expires_at: approval.expires_at,
        ..machine(&approval.subject)?
    };
    Ok(M2mToken::new(token))
}

/// Without a recipient to compare with, Clerk's answer could not let anybody in: it is not asked.
pub(crate) fn assert_recipient_is_known(
    rules: &ClaimChecks,
    check: RecipientCheck,
) -> Result<(), ConfigurationError> {
    if check == RecipientCheck::Ours && rules.recipient == Recipient::Unknown {
        return Err(ConfigurationError::NoMachineId);
    }
    Ok(())
}

/// A token of this machine, with nothing else known yet.
fn machine(subject: &str) -> Result<M2mFacts, TokenError> {
    let Some(Subject::Machine(machine_id)) = Subject::from_id(subject) else {
        return Err(TokenError::Claim("sub"));
    };
    Ok(M2mFacts {
        subject: Subject::Machine(machine_id.clone()),
        machine_id,
        token_id: None,
        recipients: [].into(),
        claims: None,
        expires_at: None,
    })
}

/// Clerk signs M2M tokens for the machines of the whole instance, so a token for another one is
/// genuine too. Only the recipients tell.
fn check_recipient(recipients: &[String], rule: &Recipient) -> Result<(), ErrorKind> {
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
