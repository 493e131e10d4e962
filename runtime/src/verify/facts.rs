//! What a signature or a verification response said about a token, and the identity that the rules
//! of one `Clerk` make of it.
//!
//! Facts know no configuration. Only they are cached, or shared by several `Clerk`s: each `Clerk`
//! evaluates its own rules on every use.

use super::checks::{ClaimChecks, is_expired};
use crate::{
    clock::UnixMillis,
    error::{ErrorKind, TokenError},
    identity::{
        ApiKey, Identity, M2mToken, OAuthToken, SessionToken, VerifiedToken,
        borrowed::{IdentityRef, PLACE},
        ids::TokenId,
    },
    token::TokenType,
};

/// What the signed payload of a JWT says.
#[derive(Debug)]
pub(crate) enum JwtFacts {
    Session(SessionJwt),
    OAuth(OAuthJwt),
    M2m(M2mJwt),
}

#[derive(Debug)]
pub(crate) struct SessionJwt {
    pub(crate) token: SessionToken,
    pub(crate) issuer: Option<Box<str>>,
    pub(crate) authorized_party: PartyClaim,
    pub(crate) audience: Box<[Box<str>]>,
    pub(crate) times: Times,
}

/// Its audience is part of the identity.
#[derive(Debug)]
pub(crate) struct OAuthJwt {
    pub(crate) token: OAuthToken,
    pub(crate) issuer: Option<Box<str>>,
    pub(crate) times: Times,
}

/// Its recipients are part of the identity.
#[derive(Debug)]
pub(crate) struct M2mJwt {
    pub(crate) token: M2mToken,
    pub(crate) issuer: Option<Box<str>>,
    pub(crate) times: Times,
}

/// The times that a JWT names, each cut to whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) expires: UnixMillis,
    pub(crate) not_before: Option<UnixMillis>,
    pub(crate) issued: Option<UnixMillis>,
}

/// The `azp` of a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PartyClaim {
    /// Missing, `null` or empty.
    Absent,
    Named(Box<str>),
    /// Not a string.
    Mistyped,
}

/// What Clerk's approval of an opaque token says. Its expiry, if it has one, is part of the
/// identity.
#[derive(Clone, Debug)]
pub(crate) enum OpaqueFacts {
    OAuth(OAuthToken),
    M2m(M2mOpaque),
    ApiKey(ApiKey),
}

#[derive(Clone, Debug)]
pub(crate) struct M2mOpaque {
    pub(crate) token: M2mToken,
    pub(crate) recipient_check: RecipientCheck,
}

/// Who makes sure that an opaque M2M token is for this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecipientCheck {
    /// Clerk, because it is called with this machine's own key.
    ByClerk,
    /// We must.
    Ours,
}

/// An identity that the rules of one `Clerk` accept.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) identity: Identity,
    /// The moment before which the token is rejected: the later of a JWT's `nbf` and `iat`, minus
    /// the skew.
    pub(crate) start: Option<UnixMillis>,
    /// The moment from which the token is rejected: a JWT's `exp` plus the skew, or the expiration
    /// that Clerk names for an opaque token. What outlives a request ends then.
    pub(crate) end: Option<UnixMillis>,
}

impl JwtFacts {
    /// Evaluates all rules. The times of a session come last: an expired one has passed the others.
    #[inline]
    pub(crate) fn check(
        &self,
        checks: &ClaimChecks,
        now: UnixMillis,
    ) -> Result<Accepted, ErrorKind> {
        let (identity, times) = match self {
            Self::Session(jwt) => {
                checks.check_session_audience(&jwt.audience)?;
                checks.check_authorized_party(&jwt.authorized_party)?;
                checks.check_issuer(jwt.issuer.as_deref())?;
                checks.check_times(&jwt.times, now)?;
                (Identity::Session(jwt.token.clone()), &jwt.times)
            }
            Self::OAuth(jwt) => {
                checks.check_issuer(jwt.issuer.as_deref())?;
                checks.check_times(&jwt.times, now)?;
                checks.check_audience(&jwt.token)?;
                (Identity::OAuth(jwt.token.clone()), &jwt.times)
            }
            Self::M2m(jwt) => {
                checks.check_issuer(jwt.issuer.as_deref())?;
                checks.check_times(&jwt.times, now)?;
                checks.check_recipient(&jwt.token)?;
                (Identity::M2m(jwt.token.clone()), &jwt.times)
            }
        };
        let (start, end) = (checks.accepts_from(times), Some(checks.accepts_until(times)));
        Ok(Accepted { identity, start, end })
    }

    pub(crate) fn token_type(&self) -> TokenType {
        self.identity().token_type()
    }

    /// How many bytes its texts take, a place for each beside the identity's included.
    pub(crate) fn weight(&self) -> usize {
        let (issuer, party, audience) = match self {
            Self::Session(jwt) => (&jwt.issuer, jwt.authorized_party.name(), &*jwt.audience),
            Self::OAuth(jwt) => (&jwt.issuer, None, &[][..]),
            Self::M2m(jwt) => (&jwt.issuer, None, &[][..]),
        };
        let audience = audience.iter().map(AsRef::as_ref);
        let texts = issuer.as_deref().into_iter().chain(party).chain(audience);
        self.identity().weight() + texts.map(|text| text.len() + PLACE).sum::<usize>()
    }

    fn identity(&self) -> IdentityRef<'_> {
        match self {
            Self::Session(jwt) => jwt.token.by_ref(),
            Self::OAuth(jwt) => jwt.token.by_ref(),
            Self::M2m(jwt) => jwt.token.by_ref(),
        }
    }
}

impl PartyClaim {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Named(party) => Some(party),
            Self::Absent | Self::Mistyped => None,
        }
    }
}

impl OpaqueFacts {
    /// Evaluates all rules. Clerk's times get no skew.
    pub(crate) fn check(
        &self,
        checks: &ClaimChecks,
        now: UnixMillis,
    ) -> Result<Accepted, ErrorKind> {
        let end = self.identity().end();
        if is_expired(end, now) {
            return Err(TokenError::Expired.into());
        }
        match self {
            Self::OAuth(token) => checks.check_audience(token)?,
            Self::M2m(opaque) => checks.check_opaque_recipient(opaque)?,
            Self::ApiKey(_) => {}
        }
        Ok(Accepted { identity: self.identity().to_identity(), start: None, end })
    }

    /// Clerk's ID of the token, which is not its text.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::OAuth(token) => token.0.token_id.as_ref().map(TokenId::as_str),
            Self::M2m(opaque) => opaque.token.0.token_id.as_ref().map(TokenId::as_str),
            Self::ApiKey(key) => Some(key.0.key_id.as_str()),
        }
    }

    pub(crate) fn identity(&self) -> IdentityRef<'_> {
        match self {
            Self::OAuth(token) => token.by_ref(),
            Self::M2m(opaque) => opaque.token.by_ref(),
            Self::ApiKey(key) => key.by_ref(),
        }
    }
}
