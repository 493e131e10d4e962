//! The policies that one request passed, so that a later challenge is enough for all of them.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use http::Extensions;

use super::permit;
use crate::{
    clerk::Clerk,
    error::{AuthError, ErrorKind},
    identity::{Identity, VerifiedToken},
    policy::{Denial, Policy, RequiredScopes, ScopeHierarchy},
    response::rejection::{Rejection, RejectionSettings},
    token::TokenType,
};

/// Policies that one credential passed in one request. The first takes nothing from the heap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Passed {
    last: Option<Policy>,
    earlier: Option<Arc<Self>>,
    required: Required,
}

/// The optional policies that an anonymous request passed. A copy of its extensions can be of
/// another request, so a clone is empty.
struct AnonymousPassed {
    clerk: Clerk,
    passed: Passed,
}

/// Policies of `require`, which all clones of an identity share.
#[derive(Clone, Debug, Default)]
struct Required(OnceLock<Arc<Mutex<Vec<Policy>>>>);

impl Passed {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { last: Some(policy), ..Self::default() }
    }

    /// Adds the policy of a guard, layer or tool. One without scopes adds nothing to a challenge.
    pub(crate) fn push(&mut self, policy: Policy, token_type: TokenType) {
        if !policy.asks_for_scopes(token_type) || self.last == Some(policy) {
            return;
        }
        let earlier = mem::replace(self, Self::new(policy));
        self.earlier = Some(Arc::new(earlier));
    }

    /// Adds a policy of `require`.
    pub(crate) fn push_required(&self, policy: Policy, caller: &Identity) {
        if policy.asks_for_scopes(caller.token_type()) && self.last != Some(policy) {
            let mut required = lock(self.required.shared());
            // A handler can require the same policy for each item of a list.
            if !required.contains(&policy) {
                required.push(policy);
            }
        }
    }

    /// Makes clones from now on share what is required of any of them.
    pub(crate) fn share_required(&self, caller: &Identity) {
        if caller.maybe_scopes().is_some() {
            self.required.shared();
        }
    }

    /// Decides a further policy of the request. If the caller lacks scopes, the rejection names
    /// those that the policies before it used too: a client asks for exactly what it reads there.
    pub(crate) fn permit(
        &self,
        caller: Option<&Identity>,
        policy: &Policy,
        hierarchy: ScopeHierarchy,
    ) -> Result<(), AuthError> {
        permit(caller, policy, hierarchy).map_err(|mut refused| {
            if let (ErrorKind::Denied(Denial::MissingScopes(scopes)), Some(caller)) =
                (&mut refused.failure, caller)
            {
                *scopes = self.complete(scopes, caller, hierarchy);
            }
            refused
        })
    }

    fn complete(
        &self,
        needed: &RequiredScopes,
        caller: &Identity,
        hierarchy: ScopeHierarchy,
    ) -> RequiredScopes {
        let mut used = RequiredScopes::default();
        for policy in self.policies() {
            let others = used.and(needed);
            used = used.and(&policy.used_scopes(caller, &others, hierarchy));
        }
        used.and(needed).without_implied(hierarchy)
    }

    /// Adds to the scopes that a client without a token should ask for: with one, the request
    /// must pass these policies too.
    pub(crate) fn complete_request(&self, rejection: Rejection) -> Rejection {
        rejection.map_requested_scopes(|needed, hierarchy| {
            let policies = self.policies().into_iter();
            let outer = policies.filter_map(|policy| policy.scopes_to_request(hierarchy));
            let all = outer.chain(needed).reduce(|all, more| all.and(&more))?;
            Some(all.without_implied(hierarchy))
        })
    }

    /// All policies, the outermost first.
    fn policies(&self) -> Vec<Policy> {
        let mut policies = self.earlier.as_ref().map_or_else(Vec::new, |it| it.policies());
        policies.extend(self.last);
        if let Some(required) = self.required.0.get() {
            policies.extend(lock(required).iter());
        }
        policies
    }
}

/// Notes a policy that admitted an anonymous request.
pub(crate) fn pass_anonymously(extensions: &mut Extensions, clerk: Clerk, policy: &Policy) {
    if !policy.asks_for_scopes(TokenType::OAuthToken) {
        return;
    }
    if let Some(known) = extensions.get_mut::<AnonymousPassed>()
        && known.clerk.is_same_as(&clerk)
    {
        known.passed.push(*policy, TokenType::OAuthToken);
    } else {
        extensions.insert(AnonymousPassed { clerk, passed: Passed::new(*policy) });
    }
}

/// Rejects a request, whose extensions are these if they are at hand.
pub(crate) fn reject(
    refused: &AuthError,
    policy: &Policy,
    settings: Arc<RejectionSettings>,
    extensions: Option<&Extensions>,
) -> Rejection {
    let known = extensions.and_then(Extensions::get::<AnonymousPassed>);
    let known = known.filter(|known| Arc::ptr_eq(&known.clerk.appearance(), &settings));
    let rejection = Rejection::new(refused, policy, settings, extensions);
    match known {
        Some(AnonymousPassed { passed, .. }) => passed.complete_request(rejection),
        None => rejection,
    }
}

impl Clone for AnonymousPassed {
    fn clone(&self) -> Self {
        Self { clerk: self.clerk.clone(), passed: Passed::default() }
    }
}

impl Required {
    fn shared(&self) -> &Mutex<Vec<Policy>> {
        self.0.get_or_init(Arc::default)
    }
}

/// A list that only grows is whole also after a panic.
fn lock(policies: &Mutex<Vec<Policy>>) -> MutexGuard<'_, Vec<Policy>> {
    policies.lock().unwrap_or_else(PoisonError::into_inner)
}
