//! A verified identity that travels with its request, so that a second guard does not verify again.

use std::{fmt, future::Future, sync::Arc, time::SystemTime};

use http::{Extensions, HeaderValue};

use super::permit;
use crate::{
    config::Clerk,
    ending::ended,
    identity::{Identity, VerifiedToken},
    policy::Policy,
    rejection::{Appearance, Rejection},
    subject::Subject,
    token::TokenType,
};

/// A verified identity that travels with the request, so that a second guard does not verify
/// again. Only this crate can make one or insert it.
#[derive(Clone)]
pub struct Verified {
    identity: Identity,
    /// What it was verified with: another `Clerk` verifies again.
    clerk: Clerk,
    /// What it was verified from: a rewritten header is verified again. `None` for a cookie, which
    /// is one of many parts of its fields: each guard verifies it again.
    field: Option<HeaderValue>,
}

/// How a [`Verified`] lies in a request. The type is private, so no one else can insert one.
#[derive(Clone)]
struct Entry(Verified);

/// Whom the last guard or layer of the request let in; `None` where it let in a caller without a
/// credential, or where none stood in the way.
///
/// ```
/// use clerk_auth::verified;
///
/// fn caller(request: &http::Request<()>) -> Option<String> {
///     verified(request.extensions()).map(|verified| verified.subject().to_string())
/// }
/// ```
#[must_use]
pub fn verified(extensions: &Extensions) -> Option<Verified> {
    extensions.get::<Entry>().map(|Entry(verified)| verified.clone())
}

impl Verified {
    /// Who calls.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        self.identity.subject()
    }

    /// The type of the caller's token.
    #[must_use]
    pub fn token_type(&self) -> TokenType {
        self.identity.token_type()
    }

    /// The whole verified identity.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// When the token ends; `None` for one that does not. It was checked at the start of the
    /// request only: see [`long_lived_connections`](crate::long_lived_connections).
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.identity.expires_at()
    }

    /// Waits until the token has ended: for ever, where it does not. See [`Guard::ended`].
    ///
    /// [`Guard::ended`]: crate::Guard::ended
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        ended(self.clerk.verifier().clock.clone(), self.identity.end())
    }

    /// Asks for more than the guard or layer that let the request in: for one tool of many, or
    /// one route behind a layer.
    ///
    /// # Errors
    /// The refusal that a guard with this policy would answer.
    pub fn require(&self, policy: &Policy) -> Result<(), Rejection> {
        require(Some(&self.identity), policy, &self.clerk.appearance())
    }

    pub(super) fn new(identity: Identity, clerk: Clerk, field: Option<HeaderValue>) -> Self {
        Self { identity, clerk, field }
    }

    /// Whom the last guard let in; nobody, where it let in a caller without a credential.
    pub(crate) fn travel(verified: Option<Self>, extensions: &mut Extensions) {
        match verified {
            Some(verified) => drop(extensions.insert(Entry(verified))),
            None => drop(extensions.remove::<Entry>()),
        }
    }

    /// What was verified before with the same verifier and from the same field.
    pub(super) fn again(
        extensions: &Extensions,
        clerk: &Clerk,
        field: &HeaderValue,
    ) -> Option<Identity> {
        let Entry(known) = extensions.get::<Entry>()?;
        let same = known.clerk.is_same_as(clerk) && known.field.as_ref() == Some(field);
        // An application can carry extensions from one request to a later one.
        let over = known.identity.is_over(clerk.verifier().clock.now());
        (same && !over).then(|| known.identity.clone())
    }
}

/// Shows the token's type only.
impl fmt::Debug for Verified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Verified({})", self.token_type())
    }
}

/// Holds a caller who is already known to a further policy.
pub(crate) fn require(
    identity: Option<&Identity>,
    policy: &Policy,
    appearance: &Arc<Appearance>,
) -> Result<(), Rejection> {
    let decided = permit(identity, policy, appearance.scope_hierarchy);
    decided.map_err(|refused| Rejection::new(&refused, policy, Arc::clone(appearance)))
}
