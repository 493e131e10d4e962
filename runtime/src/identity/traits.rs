//! The traits of verified identities: those of all classes, and those of some.

use std::{fmt, sync::Arc, time::SystemTime};

use super::{
    ApiKey, ApiKeyFacts, Claims, Identity, M2mFacts, M2mToken, Never, OAuthFacts, OAuthToken,
    SessionFacts, SessionToken,
};
use crate::{
    identity::{
        borrowed::IdentityRef,
        ids::{ClientId, MachineId, OrgId, SessionId, Subject, UserId},
        scopes::Scopes,
    },
    token::TokenType,
};

/// The accessors of every verified identity. Sealed: only this crate's types are identities.
pub trait VerifiedToken: sealed::Sealed + Clone + Send + Sync + 'static {
    /// Returns the subject of the token.
    fn subject(&self) -> &Subject {
        self.by_ref().subject()
    }

    /// Returns the type of the token.
    fn token_type(&self) -> TokenType {
        self.by_ref().token_type()
    }

    /// Returns the scopes. `None` for session tokens and M2M tokens, which have none.
    fn maybe_scopes(&self) -> Option<&Scopes> {
        self.by_ref().scopes()
    }

    /// Returns when the token expires. `None` if it does not.
    fn expires_at(&self) -> Option<SystemTime> {
        self.by_ref().expires_at()
    }

    /// This identity out of one of any class; `None` where it is of a class that has no place here.
    #[doc(hidden)]
    fn narrow(identity: Identity) -> Option<Self>;

    /// Borrows it as one of any class.
    #[doc(hidden)]
    fn by_ref(&self) -> IdentityRef<'_>;
}

/// The identity in a guard: a verified identity, or an `Option` of one if anonymous requests are
/// accepted. Sealed: only this crate's types are identities.
pub trait GuardIdentity: sealed::Sealed + Clone + Send + Sync + 'static {
    /// The identity of a caller who has one.
    #[doc(hidden)]
    type Token: VerifiedToken;

    /// The caller as this type; `None` where it has no place for the caller.
    #[doc(hidden)]
    fn enter(identity: Option<Identity>) -> Option<Self>;

    /// The caller's identity; `None` for one without a credential.
    #[doc(hidden)]
    fn token(&self) -> Option<&Self::Token>;
}

impl<I: VerifiedToken> GuardIdentity for I {
    type Token = Self;

    fn enter(identity: Option<Identity>) -> Option<Self> {
        identity.and_then(I::narrow)
    }

    fn token(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<I: VerifiedToken> sealed::Sealed for Option<I> {}

impl<I: VerifiedToken> GuardIdentity for Option<I> {
    type Token = I;

    fn enter(identity: Option<Identity>) -> Option<Self> {
        match identity {
            None => Some(None),
            Some(identity) => I::narrow(identity).map(Some),
        }
    }

    fn token(&self) -> Option<&I> {
        self.as_ref()
    }
}

/// Implemented if every caller whom `Policy` admits has the `Value`. A guard then has a getter
/// without `maybe_`.
#[diagnostic::on_unimplemented(
    message = "the policy `{Policy}` does not always give `{Value}`",
    label = "`{Value}` can be missing",
    note = "declare the parameter as `Option<{Value}>`, or use the getter that begins with `maybe_`"
)]
pub trait Gives<Value, Policy>: sealed::Sealed {
    #[doc(hidden)]
    fn give(&self) -> &Value;
}

#[diagnostic::do_not_recommend]
impl<I: VerifiedToken, P> Gives<Subject, P> for I {
    fn give(&self) -> &Subject {
        self.by_ref().subject()
    }
}

#[diagnostic::do_not_recommend]
impl<I: VerifiedToken, P> Gives<TokenType, P> for I {
    fn give(&self) -> &TokenType {
        match self.by_ref() {
            IdentityRef::Session(_) => &TokenType::SessionToken,
            IdentityRef::OAuth(_) => &TokenType::OAuthToken,
            IdentityRef::M2m(_) => &TokenType::M2mToken,
            IdentityRef::ApiKey(_) => &TokenType::ApiKey,
        }
    }
}

/// What some classes always have. A mix of classes has it if each does.
macro_rules! gives {
    ($value:ident: $field:ident of $($class:ident)*) => {
        $(#[diagnostic::do_not_recommend]
        impl<P> Gives<$value, P> for $class {
            fn give(&self) -> &$value {
                &self.0.$field
            }
        })*

        #[diagnostic::do_not_recommend]
        impl<P, S, O, M, A> Gives<$value, P> for Identity<S, O, M, A>
        where
            S: Gives<$value, P>,
            O: Gives<$value, P>,
            M: Gives<$value, P>,
            A: Gives<$value, P>,
        {
            fn give(&self) -> &$value {
                match self {
                    Self::Session(token) => token.give(),
                    Self::OAuth(token) => token.give(),
                    Self::M2m(token) => token.give(),
                    Self::ApiKey(token) => token.give(),
                }
            }
        }

        #[diagnostic::do_not_recommend]
        impl<P> Gives<$value, P> for Never {
            fn give(&self) -> &$value {
                match *self {}
            }
        }
    };
}

// M2M tokens have no scopes: what Clerk calls so are machine IDs.
gives!(Scopes: scopes of OAuthToken ApiKey);
// An API key can be an organization's.
gives!(UserId: user_id of SessionToken OAuthToken);
gives!(ClientId: client_id of OAuthToken);
gives!(MachineId: machine_id of M2mToken);
gives!(SessionId: session_id of SessionToken);
gives!(Claims: claims of SessionToken);

/// The organization in a guard: certain, or in an `Option`. Sealed.
pub trait GuardOrganization: sealed::Sealed + Clone + Send + Sync + 'static {
    /// `None` if the caller lacks one that is certain.
    #[doc(hidden)]
    fn of(caller: Option<&Identity>) -> Option<Self>;
}

impl sealed::Sealed for OrgId {}

impl GuardOrganization for OrgId {
    fn of(caller: Option<&Identity>) -> Option<Self> {
        caller?.org_id().cloned()
    }
}

#[diagnostic::do_not_recommend]
impl<P> Gives<OrgId, P> for OrgId {
    fn give(&self) -> &OrgId {
        self
    }
}

impl sealed::Sealed for Option<OrgId> {}

/// Nothing is copied: the guard reads it from the identity.
impl GuardOrganization for Option<OrgId> {
    fn of(_: Option<&Identity>) -> Option<Self> {
        Some(None)
    }
}

mod sealed {
    pub trait Sealed {}
}

/// One class of token: its facts, and its place in `Identity`.
macro_rules! class {
    ($name:ident, $facts:ident, $place:ident) => {
        impl $name {
            pub(crate) fn new(facts: $facts) -> Self {
                Self(Arc::new(facts))
            }

            /// Returns the subject of the token.
            #[must_use]
            pub fn subject(&self) -> &Subject {
                &self.0.subject
            }

            /// Returns the type of the token.
            #[must_use]
            pub const fn token_type(&self) -> TokenType {
                IdentityRef::$place(self).token_type()
            }

            /// Returns when the token expires. `None` if it does not.
            #[must_use]
            pub fn expires_at(&self) -> Option<SystemTime> {
                IdentityRef::$place(self).expires_at()
            }

            #[cfg(feature = "testing")]
            pub(crate) fn facts_mut(&mut self) -> &mut $facts {
                Arc::make_mut(&mut self.0)
            }
        }

        impl sealed::Sealed for $name {}

        impl VerifiedToken for $name {
            fn narrow(identity: Identity) -> Option<Self> {
                match identity {
                    Identity::$place(token) => Some(token),
                    _ => None,
                }
            }

            fn by_ref(&self) -> IdentityRef<'_> {
                IdentityRef::$place(self)
            }
        }

        /// Prints the type only: claims stay out of logs.
        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

class!(SessionToken, SessionFacts, Session);
class!(OAuthToken, OAuthFacts, OAuth);
class!(M2mToken, M2mFacts, M2m);
class!(ApiKey, ApiKeyFacts, ApiKey);

impl<S, O, M, A> sealed::Sealed for Identity<S, O, M, A> {}

impl<S: VerifiedToken, O: VerifiedToken, M: VerifiedToken, A: VerifiedToken> VerifiedToken
    for Identity<S, O, M, A>
{
    fn narrow(identity: Identity) -> Option<Self> {
        match identity {
            Identity::Session(_) => S::narrow(identity).map(Self::Session),
            Identity::OAuth(_) => O::narrow(identity).map(Self::OAuth),
            Identity::M2m(_) => M::narrow(identity).map(Self::M2m),
            Identity::ApiKey(_) => A::narrow(identity).map(Self::ApiKey),
        }
    }

    fn by_ref(&self) -> IdentityRef<'_> {
        match self {
            Self::Session(token) => token.by_ref(),
            Self::OAuth(token) => token.by_ref(),
            Self::M2m(token) => token.by_ref(),
            Self::ApiKey(token) => token.by_ref(),
        }
    }
}

impl sealed::Sealed for Never {}

impl VerifiedToken for Never {
    fn narrow(_: Identity) -> Option<Self> {
        None
    }

    fn by_ref(&self) -> IdentityRef<'_> {
        match *self {}
    }
}

impl<S: VerifiedToken, O: VerifiedToken, M: VerifiedToken, A: VerifiedToken> fmt::Debug
    for Identity<S, O, M, A>
{
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Identity({})", self.token_type())
    }
}
