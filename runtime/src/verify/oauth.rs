//! The signed payload of an OAuth access token, or Clerk's answer about an opaque one, in; a
//! verified OAuth token out.

use std::borrow::Cow;

use super::{
    answer::{Approval, Unit},
    rules::{Rules, Times, audience, optional_text, required_text},
};
use crate::{
    clock::UnixMillis,
    error::TokenFault,
    identity::{OAuthFacts, OAuthToken},
    json::{Member, Object},
    scope::Scopes,
    subject::{ClientId, Subject},
    token::Jwt,
};

pub(super) fn from_jwt(
    jwt: &Jwt<'_>,
    rules: &Rules,
    now: UnixMillis,
) -> Result<(OAuthToken, Times), TokenFault> {
    let payload = &jwt.payload;
    let subject = required_text(payload, "sub")?;
    rules.check_issuer(payload)?;
    let times = rules.check_times(payload, now)?;
    let token_id = optional_text(payload, "jti")?;
    let token = Token { id: token_id, scopes: scopes(payload)?, audience: audience(payload)? };
    Ok((token.checked(payload, rules, &subject, Some(times.expires))?, times))
}

pub(super) fn from_answer(
    answer: &Object<'_>,
    rules: &Rules,
    now: UnixMillis,
) -> Result<OAuthToken, TokenFault> {
    let approval = Approval::read(answer, "clerk_idp_oauth_access_token", Unit::Seconds, now)?;
    let scopes = match answer.texts("scopes") {
        Member::Is(scopes) => Scopes::from_list(scopes),
        _ => return Err(TokenFault::Answer("scopes")),
    };
    // Clerk's answers write `null` for what a token does not have.
    let audience = if answer.raw("aud") == Some("null") { [].into() } else { audience(answer)? };
    let token = Token { id: Some(approval.id.into()), scopes, audience };
    token.checked(answer, rules, &approval.subject, approval.expires_at)
}

/// What the two forms write in different ways.
struct Token<'j> {
    id: Option<Cow<'j, str>>,
    scopes: Scopes,
    audience: Box<[Box<str>]>,
}

impl Token<'_> {
    /// The rest is the same in both forms.
    fn checked(
        self,
        members: &Object<'_>,
        rules: &Rules,
        subject: &str,
        expires_at: Option<UnixMillis>,
    ) -> Result<OAuthToken, TokenFault> {
        let Some(Subject::User(user_id)) = Subject::from_id(subject) else {
            return Err(TokenFault::Claim("sub"));
        };
        let client_id = required_text(members, "client_id")?;
        rules.check_audience(self.audience.iter().map(AsRef::as_ref))?;
        let token = OAuthFacts {
            subject: Subject::User(user_id.clone()),
            user_id,
            client_id: ClientId::new(&client_id),
            token_id: self.id.map(Into::into),
            scopes: self.scopes,
            audience: self.audience,
            expires_at,
        };
        Ok(OAuthToken::new(token))
    }
}

/// `scp` wins, even if it is empty; the two are never united. One of another JSON type than it
/// must have refuses the token: a guess could grant what was not granted.
fn scopes(payload: &Object<'_>) -> Result<Scopes, TokenFault> {
    match (payload.texts("scp"), payload.text("scope")) {
        (Member::Is(_), Member::Null | Member::Mistyped) => Err(TokenFault::Claim("scope")),
        (Member::Is(scopes), _) => Ok(Scopes::from_list(scopes)),
        (Member::Absent, Member::Is(scopes)) => Ok(Scopes::from_text(&scopes)),
        (Member::Absent, Member::Absent) => Ok(Scopes::from_text("")),
        (Member::Absent, _) => Err(TokenFault::Claim("scope")),
        (Member::Null | Member::Mistyped, _) => Err(TokenFault::Claim("scp")),
    }
}
