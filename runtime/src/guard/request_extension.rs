//! A verified identity that travels with its request, so that a second guard does not verify again.

use std::{fmt, future::Future, ptr, sync::Arc, time::SystemTime};

use http::{Extensions, HeaderValue};

use super::{Admitted, Passed, permit};
use crate::{
    clerk::Clerk,
    clock::UnixMillis,
    error::AuthError,
    guard::expiry::expired,
    identity::{Identity, VerifiedToken, ids::Subject},
    policy::{Policy, ScopeHierarchy},
    response::rejection::{Rejection, RejectionSettings},
    token::TokenType,
    verify::is_expired,
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
    /// The moment from which the token is rejected.
    end: Option<UnixMillis>,
    /// Of this request and this credential.
    passed: Passed,
}

/// How a [`Verified`] lies in a request. The type is private, so no one else can insert one.
#[derive(Clone)]
struct StoredIdentity(Verified);

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
    let StoredIdentity(verified) = extensions.get::<StoredIdentity>()?;
    verified.passed.share_required(&verified.identity);
    Some(verified.clone())
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
    /// request only: see [`long_lived_connections`](crate::guide::long_lived_connections).
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.identity.expires_at()
    }

    /// Waits until the token would be rejected: for ever, if it has no end. See [`Guard::expired`].
    ///
    /// [`Guard::expired`]: crate::Guard::expired
    pub fn expired(&self) -> impl Future<Output = ()> + Send + use<> {
        expired(self.clerk.verifier().clock.clone(), self.end)
    }

    /// Asks for more than the guard or layer that let the request in: for one tool of many, or
    /// one route behind a layer.
    ///
    /// # Errors
    /// The rejection that a guard with this policy would answer. If scopes are missing, its
    /// challenge also names the scopes of the policies that the request passed before.
    pub fn require(&self, policy: &Policy) -> Result<(), Rejection> {
        require(Some(&self.identity), policy, &self.passed, &self.clerk.appearance())
    }

    pub(crate) fn new(admitted: &Admitted, clerk: Clerk, field: Option<HeaderValue>) -> Self {
        let (identity, passed) = (admitted.identity.clone(), admitted.passed.clone());
        Self { identity, clerk, field, end: admitted.end, passed }
    }

    /// An identity that is not stored in a request. Its clones share what is required of them.
    pub(crate) fn without_request(admitted: &Admitted, clerk: Clerk) -> Self {
        admitted.passed.share_required(&admitted.identity);
        Self::new(admitted, clerk, None)
    }

    /// Whom the last guard let in; nobody, where it let in a caller without a credential.
    pub(crate) fn store(verified: Option<Self>, extensions: &mut Extensions) {
        match verified {
            Some(verified) => drop(extensions.insert(StoredIdentity(verified))),
            None => drop(extensions.remove::<StoredIdentity>()),
        }
    }

    /// What was verified before with the same verifier and from the same field.
    pub(crate) fn reuse<'e>(
        extensions: &'e mut Extensions,
        clerk: &Clerk,
        field: &HeaderValue,
    ) -> Option<&'e mut Self> {
        let StoredIdentity(known) = extensions.get_mut::<StoredIdentity>()?;
        let own = known.field.as_ref().filter(|own| *own == field)?;
        // An application can carry extensions from one request to a later one, which other
        // policies admitted. The field of that request lies elsewhere in memory. (Requests of one
        // HTTP/2 connection can share it; a challenge then names more scopes than it must.)
        let is_carried = !ptr::eq(own.as_bytes(), field.as_bytes());
        if !known.clerk.is_same_as(clerk) || is_expired(known.end, clerk.verifier().clock.now()) {
            return None;
        }
        if is_carried {
            known.field = Some(field.clone());
            known.passed = Passed::default();
        }
        Some(known)
    }

    /// Decides a further policy of the same request.
    pub(crate) fn pass(&mut self, policy: &Policy) -> Result<Admitted, AuthError> {
        let Self { identity, clerk, end, passed, .. } = self;
        passed.permit(Some(identity), policy, clerk.scope_hierarchy())?;
        passed.push(*policy, identity.token_type());
        Ok(Admitted { identity: identity.clone(), end: *end, passed: passed.clone() })
    }
}

/// Decides a further policy of a request that was just admitted.
pub(crate) fn admit_further(
    extensions: &mut Extensions,
    policy: &Policy,
    hierarchy: ScopeHierarchy,
) -> Result<(), AuthError> {
    match extensions.get_mut::<StoredIdentity>() {
        Some(StoredIdentity(known)) => known.pass(policy).map(drop),
        None => permit(None, policy, hierarchy),
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
    caller: Option<&Identity>,
    policy: &Policy,
    passed: &Passed,
    appearance: &Arc<RejectionSettings>,
) -> Result<(), Rejection> {
    match (passed.permit(caller, policy, appearance.scope_hierarchy), caller) {
        (Ok(()), Some(caller)) => passed.push_required(*policy, caller),
        (Ok(()), None) => {}
        (Err(refused), _) => {
            let rejection = Rejection::new(&refused, policy, Arc::clone(appearance), None);
            return Err(passed.complete_request(rejection));
        }
    }
    Ok(())
}
