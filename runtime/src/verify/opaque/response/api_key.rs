//! Reads an API key from the verification response.

use super::{Approval, Unit, granted_scopes};
use crate::{
    error::{ErrorKind, TokenError},
    identity::{
        ApiKey, ApiKeyFacts, Claims,
        ids::{ApiKeyId, Subject},
    },
    token::json::Object,
    verify::members::optional_text,
};

pub(crate) fn from_response(response: &Object<'_>) -> Result<ApiKey, ErrorKind> {
    let approval = Approval::read(response, "api_key", Unit::Milliseconds)?;
    let claims = response.raw("claims").filter(|json| *json != "null");
    let key = ApiKeyFacts {
        subject: Subject::from_id(&approval.subject).ok_or(TokenError::Claim("subject"))?,
        key_id: ApiKeyId::new(&approval.id),
        // The owner chooses the name; an odd one is no reason to refuse the key.
        name: optional_text(response, "name").ok().flatten().map(Into::into),
        scopes: granted_scopes(response)?,
        claims: claims.map(Claims::new),
        expires_at: approval.expires_at,
    };
    Ok(ApiKey::new(key))
}
