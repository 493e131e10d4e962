//! Reads an OAuth access token from its signed payload.

use std::borrow::Cow;

use crate::{
    clock::UnixMillis,
    error::TokenError,
    identity::{
        Actor, OAuthFacts, OAuthToken,
        ids::{ClientId, OrgId, Subject, TokenId},
        scopes::Scopes,
    },
    token::{
        Jwt,
        json::{Member, Object},
    },
    verify::{
        facts::OAuthJwt,
        members::{actor, audience, issuer, optional_text, organization_id, required_text, times},
    },
};

pub(crate) fn from_jwt(jwt: &Jwt<'_>) -> Result<OAuthJwt, TokenError> {
    let payload = &jwt.payload;
    let subject = required_text(payload, "sub")?;
    let times = times(payload)?;
    let members = OAuthMembers {
        id: optional_text(payload, "jti")?,
        scopes: scopes(payload)?,
        actor: actor(payload)?,
        is_jwt: true,
    };
    let token = members.read(payload, &subject, Some(times.expires))?;
    Ok(OAuthJwt { token, issuer: issuer(payload), times })
}

/// What the two forms write in different ways.
pub(crate) struct OAuthMembers<'j> {
    pub(crate) id: Option<Cow<'j, str>>,
    pub(crate) scopes: Scopes,
    pub(crate) actor: Option<Actor>,
    pub(crate) is_jwt: bool,
}

impl OAuthMembers<'_> {
    /// The rest is the same in both forms.
    pub(crate) fn read(
        self,
        members: &Object<'_>,
        subject: &str,
        expires_at: Option<UnixMillis>,
    ) -> Result<OAuthToken, TokenError> {
        let Some(Subject::User(user_id)) = Subject::from_id(subject) else {
            return Err(TokenError::Claim("sub"));
        };
        let client_id = required_text(members, "client_id")?;
        let token = OAuthFacts {
            subject: Subject::User(user_id.clone()),
            user_id,
            client_id: ClientId::new(&client_id),
            token_id: self.id.map(|id| TokenId::new(&id)),
            scopes: self.scopes,
            audience: audience(members)?,
            org_id: org_id(members)?,
            actor: self.actor,
            is_jwt: self.is_jwt,
            expires_at,
        };
        Ok(OAuthToken::new(token))
    }
}

/// The organization that the user chose at consent.
fn org_id(members: &Object<'_>) -> Result<Option<OrgId>, TokenError> {
    match members.text("org_id") {
        Member::Absent | Member::Null => Ok(None),
        Member::Is(id) => organization_id(&id, "org_id").map(Some),
        Member::Mistyped => Err(TokenError::Claim("org_id")),
    }
}

/// `scp` wins, even if it is empty or `null`; the two are never united. One of another JSON type
/// than it must have rejects the token: a guess could grant what was not granted.
fn scopes(payload: &Object<'_>) -> Result<Scopes, TokenError> {
    let none = || Scopes::from_text("");
    match (payload.texts("scp"), payload.text("scope")) {
        (Member::Mistyped, _) => Err(TokenError::Claim("scp")),
        (_, Member::Mistyped) => Err(TokenError::Claim("scope")),
        (Member::Is(scopes), _) => Ok(Scopes::from_list(scopes)),
        (Member::Absent, Member::Is(scopes)) => Ok(Scopes::from_text(&scopes)),
        (Member::Null, _) | (Member::Absent, Member::Absent | Member::Null) => Ok(none()),
    }
}
