//! What all verified identities have in common, and what only some have.

use std::{fmt, sync::Arc, time::SystemTime};

use super::{
    ApiKey, ApiKeyFacts, Identity, M2mFacts, M2mToken, Never, OAuthFacts, OAuthToken, SessionFacts,
    SessionToken,
};
use crate::{
    identity::{
        borrowed::IdentityRef,
        ids::{ClientId, MachineId, SessionId, Subject, UserId},
        scopes::Scopes,
    },
    token::TokenType,
};

/// What every verified identity has, whatever its class. Sealed: only this crate's types are
/// identities.
pub trait VerifiedToken: sealed::Sealed + Clone + Send + Sync + 'static {
    /// Returns the subject: whom the token speaks for.
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

/// What a guard lets a handler have: a verified identity, or an `Option` of one where requests
/// without a credential may enter. Sealed: only this crate's types are identities.
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

/// One thing that some classes of token always have, and a mix of classes has if each does.
macro_rules! always_has {
    (
        $(#[$doc:meta])* trait $name:ident { fn $method:ident -> $type:ty; }
        message = $message:literal, label = $label:literal, note = $note:literal;
        $($class:ident)*
    ) => {
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = $note)]
        pub trait $name: VerifiedToken {
            #[doc = concat!("See [`Guard::", stringify!($method), "`](crate::Guard::", stringify!($method), ").")]
            fn $method(&self) -> &$type;
        }

        $(impl $name for $class {
            fn $method(&self) -> &$type {
                &self.0.$method
            }
        })*

        impl<S: $name, O: $name, M: $name, A: $name> $name for Identity<S, O, M, A> {
            fn $method(&self) -> &$type {
                match self {
                    Self::Session(token) => token.$method(),
                    Self::OAuth(token) => token.$method(),
                    Self::M2m(token) => token.$method(),
                    Self::ApiKey(token) => token.$method(),
                }
            }
        }

        impl $name for Never {
            fn $method(&self) -> &$type {
                match *self {}
            }
        }
    };
}

always_has! {
    /// An identity that always carries scopes: OAuth tokens and API keys.
    trait HasScopes { fn scopes -> Scopes; }
    message = "`{Self}` does not always carry scopes",
    label = "sessions have no scopes, and what Clerk calls the scopes of an M2M token are machine ids",
    note = "use `maybe_scopes()`, or accept only `oauth_token` and `api_key`";
    OAuthToken ApiKey
}

always_has! {
    /// An identity that is always of a user: sessions and OAuth tokens.
    trait HasUserId { fn user_id -> UserId; }
    message = "`{Self}` is not always of a user",
    label = "M2M tokens are of machines, and API keys can be of organizations",
    note = "use `maybe_user_id()`, or accept only `session_token` and `oauth_token`";
    SessionToken OAuthToken
}

always_has! {
    /// An identity that is always of an OAuth client: OAuth tokens.
    trait HasClientId { fn client_id -> ClientId; }
    message = "`{Self}` is not always of an OAuth client",
    label = "only OAuth tokens are issued to a client",
    note = "use `maybe_client_id()`, or accept only `oauth_token`";
    OAuthToken
}

always_has! {
    /// An identity that is always of a machine: M2M tokens.
    trait HasMachineId { fn machine_id -> MachineId; }
    message = "`{Self}` is not always of a machine",
    label = "only M2M tokens always are",
    note = "use `maybe_machine_id()`, or accept only `m2m_token`";
    M2mToken
}

always_has! {
    /// An identity that is always of a session: session tokens.
    trait HasSessionId { fn session_id -> SessionId; }
    message = "`{Self}` is not always of a session",
    label = "only session tokens are",
    note = "use `maybe_session_id()`, or accept only `session_token`";
    SessionToken
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

            /// Returns the subject: whom the token speaks for.
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
