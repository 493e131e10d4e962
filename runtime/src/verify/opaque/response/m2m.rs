//! Reads an M2M token from the verification response.

use super::{Approval, Unit};
use crate::{
    clock::UnixMillis,
    error::{ConfigurationError, ErrorKind, TokenError},
    identity::{
        Claims, M2mFacts, M2mToken,
        ids::{MachineId, TokenId},
    },
    token::json::{Member, Object},
    verify::jwt::claims::{
        checks::{ClaimChecks, Recipient, actor},
        m2m::{check_recipient, machine},
    },
};

/// Who makes sure that the token is for this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecipientCheck {
    /// Clerk, because it is called with this machine's own key.
    ByClerk,
    /// We must.
    Ours,
}

pub(crate) fn from_response(
    response: &Object<'_>,
    checks: &ClaimChecks,
    now: UnixMillis,
    check: RecipientCheck,
) -> Result<M2mToken, ErrorKind> {
    let approval = Approval::read(response, "machine_to_machine_token", Unit::Milliseconds, now)?;
    let recipients: Vec<String> = match response.texts("scopes") {
        Member::Absent | Member::Null => Vec::new(),
        Member::Is(ids) => {
            ids.into_iter().map(Into::into).filter(|id: &String| !id.is_empty()).collect()
        }
        Member::Mistyped => return Err(TokenError::Answer("scopes").into()),
    };
    // What Clerk compared is the machine of our key. A configured machine ID is compared too: the
    // key could be of another machine.
    if check == RecipientCheck::Ours || checks.recipient != Recipient::Unknown {
        check_recipient(&recipients, &checks.recipient)?;
    }
    // The custom claims are the ones that a JWT has beside its own.
    if let Member::Is(claims) = response.object("claims") {
        actor(&claims)?;
    }
    let claims = response.raw("claims").filter(|json| *json != "null");
    let token = M2mFacts {
        token_id: Some(TokenId::new(&approval.id)),
        recipients: recipients.iter().map(|id| MachineId::new(id)).collect(),
        claims: claims.map(Claims::new),
        expires_at: approval.expires_at,
        ..machine(&approval.subject)?
    };
    Ok(M2mToken::new(token))
}

/// Without a recipient to compare with, no response could admit a caller: the call is not made.
pub(crate) fn assert_recipient_is_known(
    checks: &ClaimChecks,
    check: RecipientCheck,
) -> Result<(), ConfigurationError> {
    if check == RecipientCheck::Ours && checks.recipient == Recipient::Unknown {
        return Err(ConfigurationError::NoMachineId);
    }
    Ok(())
}
