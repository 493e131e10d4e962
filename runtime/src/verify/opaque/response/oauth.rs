//! Reads an OAuth access token from the verification response.

use super::{Approval, Unit, granted_scopes, sent_text};
use crate::{
    error::ErrorKind, identity::OAuthToken, token::json::Object,
    verify::jwt::claims::oauth::OAuthMembers,
};

pub(crate) fn from_response(response: &Object<'_>) -> Result<OAuthToken, ErrorKind> {
    let approval = Approval::read(response, "clerk_idp_oauth_access_token", Unit::Seconds)?;
    sent_text(response, "client_id")?;
    let members = OAuthMembers {
        id: Some(approval.id.into()),
        scopes: granted_scopes(response)?,
        actor: approval.actor,
        is_jwt: false,
    };
    Ok(members.read(response, &approval.subject, approval.expires_at)?)
}
