//! Reads an M2M token from the verification response.

use super::{Approval, Unit, unusable};
use crate::{
    error::ErrorKind,
    identity::{
        Claims, M2mFacts, M2mToken,
        ids::{MachineId, TokenId},
    },
    token::json::{Member, Object},
    verify::{
        facts::{M2mOpaque, RecipientCheck},
        jwt::claims::m2m::machine,
        members::actor,
    },
};

pub(crate) fn from_response(
    response: &Object<'_>,
    recipient_check: RecipientCheck,
) -> Result<M2mOpaque, ErrorKind> {
    let approval = Approval::read(response, "machine_to_machine_token", Unit::Milliseconds)?;
    let recipients: Vec<String> = match response.texts("scopes") {
        Member::Absent | Member::Null => Vec::new(),
        Member::Is(ids) => {
            ids.into_iter().map(Into::into).filter(|id: &String| !id.is_empty()).collect()
        }
        Member::Mistyped => return Err(unusable("scopes").into()),
    };
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
    Ok(M2mOpaque { token: M2mToken::new(token), recipient_check })
}
