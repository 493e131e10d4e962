//! A borrowed identity of any class: the accessors of all classes in one place.

use std::time::SystemTime;

use super::{
    Actor, ApiKey, Claims, Identity, M2mToken, OAuthToken, Organization, SessionToken,
    ids::{ClientId, MachineId, OrgId, SessionId, Subject, TokenId, UserId},
    scopes::Scopes,
};
use crate::{clock::UnixMillis, token::TokenType};

/// What a text of its own takes beside its bytes: a pointer, a length, and what the allocator and
/// a counter need.
pub(crate) const PLACE: usize = 48;

/// A verified identity of any class, borrowed.
#[derive(Clone, Copy)]
pub enum IdentityRef<'t> {
    Session(&'t SessionToken),
    OAuth(&'t OAuthToken),
    M2m(&'t M2mToken),
    ApiKey(&'t ApiKey),
}

impl<'t> IdentityRef<'t> {
    pub(crate) fn subject(self) -> &'t Subject {
        match self {
            Self::Session(token) => &token.0.subject,
            Self::OAuth(token) => &token.0.subject,
            Self::M2m(token) => &token.0.subject,
            Self::ApiKey(key) => &key.0.subject,
        }
    }

    pub(crate) const fn token_type(self) -> TokenType {
        match self {
            Self::Session(_) => TokenType::SessionToken,
            Self::OAuth(_) => TokenType::OAuthToken,
            Self::M2m(_) => TokenType::M2mToken,
            Self::ApiKey(_) => TokenType::ApiKey,
        }
    }

    pub(crate) fn scopes(self) -> Option<&'t Scopes> {
        match self {
            Self::OAuth(token) => Some(&token.0.scopes),
            Self::ApiKey(key) => Some(&key.0.scopes),
            Self::Session(_) | Self::M2m(_) => None,
        }
    }

    pub(crate) fn user_id(self) -> Option<&'t UserId> {
        match self {
            Self::Session(token) => Some(&token.0.user_id),
            Self::OAuth(token) => Some(&token.0.user_id),
            Self::ApiKey(key) => key.0.subject.user_id(),
            Self::M2m(_) => None,
        }
    }

    pub(crate) fn org_id(self) -> Option<&'t OrgId> {
        match self {
            Self::Session(token) => token.0.organization.as_ref().map(Organization::id),
            Self::OAuth(token) => token.0.org_id.as_ref(),
            Self::ApiKey(key) => key.0.subject.org_id(),
            Self::M2m(_) => None,
        }
    }

    pub(crate) fn client_id(self) -> Option<&'t ClientId> {
        match self {
            Self::OAuth(token) => Some(&token.0.client_id),
            Self::Session(_) | Self::M2m(_) | Self::ApiKey(_) => None,
        }
    }

    pub(crate) fn machine_id(self) -> Option<&'t MachineId> {
        match self {
            Self::M2m(token) => Some(&token.0.machine_id),
            Self::ApiKey(key) => key.0.subject.machine_id(),
            Self::Session(_) | Self::OAuth(_) => None,
        }
    }

    pub(crate) fn session_id(self) -> Option<&'t SessionId> {
        match self {
            Self::Session(token) => Some(&token.0.session_id),
            Self::OAuth(_) | Self::M2m(_) | Self::ApiKey(_) => None,
        }
    }

    pub(crate) fn actor(self) -> Option<&'t Actor> {
        match self {
            Self::Session(token) => token.0.actor.as_ref(),
            Self::OAuth(token) => token.0.actor.as_ref(),
            Self::M2m(_) | Self::ApiKey(_) => None,
        }
    }

    pub(crate) fn is_pending(self) -> bool {
        matches!(self, Self::Session(token) if token.0.is_pending)
    }

    pub(crate) fn is_jwt(self) -> bool {
        match self {
            Self::Session(_) => true,
            Self::OAuth(token) => token.0.is_jwt,
            Self::M2m(token) => token.0.is_jwt,
            Self::ApiKey(_) => false,
        }
    }

    pub(crate) fn claims(self) -> Option<&'t Claims> {
        match self {
            Self::Session(token) => Some(&token.0.claims),
            Self::M2m(token) => token.0.claims.as_ref(),
            Self::ApiKey(key) => key.0.claims.as_ref(),
            Self::OAuth(_) => None,
        }
    }

    /// When the token expires, by its own time. The clock skew is not added.
    pub(crate) fn end(self) -> Option<UnixMillis> {
        match self {
            Self::Session(token) => Some(token.0.expires_at),
            Self::OAuth(token) => token.0.expires_at,
            Self::M2m(token) => token.0.expires_at,
            Self::ApiKey(key) => key.0.expires_at,
        }
    }

    pub(crate) fn expires_at(self) -> Option<SystemTime> {
        self.end().and_then(UnixMillis::to_system_time)
    }

    pub(crate) fn to_identity(self) -> Identity {
        match self {
            Self::Session(token) => Identity::Session(token.clone()),
            Self::OAuth(token) => Identity::OAuth(token.clone()),
            Self::M2m(token) => Identity::M2m(token.clone()),
            Self::ApiKey(key) => Identity::ApiKey(key.clone()),
        }
    }

    /// How many bytes its texts take, a place for each member of a list included.
    pub(crate) fn weight(self) -> usize {
        let texts = |list: &[Box<str>]| list.iter().map(|text| text.len() + PLACE).sum::<usize>();
        let scopes = |list: &Scopes| list.iter().map(|scope| scope.len() + PLACE).sum::<usize>();
        let text = |text: &Option<Box<str>>| text.as_deref().map_or(0, str::len);
        let id = |id: &Option<TokenId>| id.as_ref().map_or(0, |id| id.as_str().len());
        let actor = |actor: &Option<Actor>| actor.as_ref().map_or(0, |it| it.weight(PLACE));
        let claims = |claims: &Option<Claims>| claims.as_ref().map_or(0, |it| it.as_json().len());
        // An identity names its subject, and the user or machine that it is, in texts of their own.
        2 * self.subject().as_str().len()
            + match self {
                Self::Session(SessionToken(token)) => {
                    token.session_id.as_str().len()
                        + actor(&token.actor)
                        + text(&token.features)
                        + text(&token.plans)
                        + token.claims.as_json().len()
                        + token.organization.as_ref().map_or(0, |active| {
                            active.id.as_str().len()
                                + text(&active.slug)
                                + text(&active.role)
                                + texts(&active.permissions)
                        })
                }
                Self::OAuth(OAuthToken(token)) => {
                    token.client_id.as_str().len()
                        + id(&token.token_id)
                        + scopes(&token.scopes)
                        + texts(&token.audience)
                        + token.org_id.as_ref().map_or(0, |id| id.as_str().len())
                        + actor(&token.actor)
                }
                Self::M2m(M2mToken(token)) => {
                    let recipients = token.recipients.iter();
                    id(&token.token_id)
                        + recipients.map(|id| id.as_str().len() + PLACE).sum::<usize>()
                        + claims(&token.claims)
                }
                Self::ApiKey(ApiKey(token)) => {
                    token.key_id.as_str().len()
                        + text(&token.name)
                        + scopes(&token.scopes)
                        + claims(&token.claims)
                }
            }
    }
}
