//! Reads a session from its signed payload.

use super::permissions;
use crate::{
    clock::whole,
    error::TokenError,
    identity::{
        Claims, Organization, SessionFacts, SessionToken,
        ids::{SessionId, Subject},
    },
    token::{
        Jwt,
        json::{Member, Object},
    },
    verify::{
        facts::{PartyClaim, SessionJwt},
        members::{actor, audience, issuer, optional_text, organization_id, required_text, times},
    },
};

pub(crate) fn from_jwt(jwt: &Jwt<'_>) -> Result<SessionJwt, TokenError> {
    let payload = &jwt.payload;
    let Some(Subject::User(user_id)) = Subject::from_id(&required_text(payload, "sub")?) else {
        return Err(TokenError::Claim("sub"));
    };
    let times = times(payload)?;
    // A token from a JWT template is signed by the same key and has no `sid`.
    let session_id = SessionId::new(&required_text(payload, "sid")?);
    let authorized_party = authorized_party(payload);
    let token = SessionFacts {
        subject: Subject::User(user_id.clone()),
        user_id,
        session_id,
        organization: organization(payload)?,
        actor: actor(payload)?,
        is_pending: is_pending(payload)?,
        names_party: authorized_party != PartyClaim::Absent,
        factor_ages: factor_ages(payload),
        features: optional_text(payload, "fea").ok().flatten().map(Into::into),
        plans: optional_text(payload, "pla").ok().flatten().map(Into::into),
        claims: Claims::new(jwt.payload_json),
        expires_at: times.expires,
    };
    Ok(SessionJwt {
        token: SessionToken::new(token),
        issuer: issuer(payload),
        authorized_party,
        audience: audience(payload)?,
        times,
    })
}

fn authorized_party(payload: &Object<'_>) -> PartyClaim {
    match payload.text("azp") {
        Member::Is(party) if !party.is_empty() => PartyClaim::Named(party.into()),
        Member::Is(_) | Member::Absent | Member::Null => PartyClaim::Absent,
        Member::Mistyped => PartyClaim::Mistyped,
    }
}

/// Each policy decides about a pending session.
fn is_pending(payload: &Object<'_>) -> Result<bool, TokenError> {
    match payload.text("sts") {
        Member::Absent => Ok(false),
        Member::Is(status) if status == "active" => Ok(false),
        Member::Is(status) if status == "pending" => Ok(true),
        _ => Err(TokenError::Claim("sts")),
    }
}

/// Version 2 is marked by the JSON number 2; everything else is version 1.
fn organization(payload: &Object<'_>) -> Result<Option<Organization>, TokenError> {
    if payload.number("v") == Member::Is(2.0) { version_2(payload) } else { version_1(payload) }
}

fn version_1(payload: &Object<'_>) -> Result<Option<Organization>, TokenError> {
    let Some(id) = optional_text(payload, "org_id")? else { return Ok(None) };
    let permissions = match payload.texts("org_permissions") {
        Member::Absent | Member::Null => Vec::new(),
        Member::Is(permissions) => permissions,
        Member::Mistyped => return Err(TokenError::Claim("org_permissions")),
    };
    Ok(Some(Organization {
        id: organization_id(&id, "org_id")?,
        slug: optional_text(payload, "org_slug")?.map(Into::into),
        role: optional_text(payload, "org_role")?.map(Into::into),
        permissions: permissions
            .into_iter()
            .map(|name| name.into_owned().into_boxed_str())
            .collect(),
    }))
}

fn version_2(payload: &Object<'_>) -> Result<Option<Organization>, TokenError> {
    let organization = match payload.object("o") {
        Member::Absent | Member::Null => return Ok(None),
        Member::Is(organization) => organization,
        Member::Mistyped => return Err(TokenError::Claim("o")),
    };
    let role = optional_text(&organization, "rol")?.map(|role| format!("org:{role}"));
    Ok(Some(Organization {
        id: organization_id(&required_text(&organization, "id")?, "id")?,
        slug: optional_text(&organization, "slg")?.map(Into::into),
        role: role.map(Into::into),
        permissions: version_2_permissions(payload, &organization)?.into(),
    }))
}

fn version_2_permissions(
    payload: &Object<'_>,
    organization: &Object<'_>,
) -> Result<Vec<Box<str>>, TokenError> {
    let [features, permissions, masks] = [
        optional_text(payload, "fea")?.unwrap_or_default(),
        optional_text(organization, "per")?.unwrap_or_default(),
        optional_text(organization, "fpm")?.unwrap_or_default(),
    ];
    if permissions::position_is_ambiguous(&features) {
        tracing::warn!(
            "a session token lists a feature of the user before one of the organization; \
             Clerk's SDKs differ on its permissions, and this crate reads them as the JavaScript one"
        );
    }
    // Clerk's SDK raises an error, so nothing is served with such a token.
    permissions::decode(&features, &permissions, &masks).ok_or(TokenError::Claim("fea"))
}

/// Two ages in minutes, each −1 or from 0 on; anything else says nothing.
fn factor_ages(payload: &Object<'_>) -> Option<(i64, i64)> {
    let Member::Is(ages) = payload.numbers("fva") else { return None };
    let is_age = |age: &f64| age.total_cmp(&-1.0).is_eq() || (0.0..=1e15).contains(age);
    match ages.as_slice() {
        [first, second] if is_age(first) && is_age(second) => Some((whole(*first), whole(*second))),
        _ => None,
    }
}
