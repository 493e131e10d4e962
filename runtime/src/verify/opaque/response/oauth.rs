//! Reads an OAuth access token from the verification response.

use super::{Approval, Unit, granted_scopes};
use crate::{
    clock::UnixMillis,
    error::TokenError,
    identity::OAuthToken,
    token::json::Object,
    verify::jwt::claims::{checks::ClaimChecks, oauth::OAuthMembers},
};

pub(crate) fn from_response(
    response: &Object<'_>,
    checks: &ClaimChecks,
    now: UnixMillis,
) -> Result<OAuthToken, TokenError> {
    let approval = Approval::read(response, "clerk_idp_oauth_access_token", Unit::Seconds, now)?;
    let members = OAuthMembers {
        id: Some(approval.id.into()),
        scopes: granted_scopes(response)?,
        actor: approval.actor,
        is_jwt: false,
    };
    members.checked(response, checks, &approval.subject, approval.expires_at)
}
