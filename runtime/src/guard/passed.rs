//! The policies that one request passed, so that a later challenge is enough for all of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Extensions;

use super::permit;
use crate::{
    error::{AuthError, ErrorKind},
    identity::{Identity, VerifiedToken},
    policy::{Denial, Policy, RequiredScopes, ScopeHierarchy},
    renewal::Renewal,
    response::{
        rejection::{Rejection, RejectionSettings},
        report::{self, Report},
    },
    token::TokenType,
};

/// Policies that one credential passed in one request, whoever holds a clone. `None` for a token
/// without scopes: it cannot lack any.
#[derive(Clone, Debug)]
pub(crate) struct Passed(Option<Arc<List>>);

#[derive(Debug, Default)]
struct List {
    first: Option<Decided>,
    further: Mutex<Vec<Decided>>,
}

/// A policy, and the hierarchy of the `Clerk` that decided it: another one can have another.
type Decided = (Policy, ScopeHierarchy);

/// The optional policies that an anonymous request passed. A copy of its extensions can be of
/// another request, so a clone is empty.
struct AnonymousPassed(Passed);

impl Passed {
    /// Starts with the first policy that a request passed. `caller` is `None` for an anonymous one,
    /// which can only be told which scopes an OAuth token needs.
    pub(crate) fn new(
        policy: Policy,
        caller: Option<&Identity>,
        hierarchy: ScopeHierarchy,
    ) -> Self {
        let can_lack_scopes = match caller {
            Some(caller) => caller.maybe_scopes().is_some(),
            None => policy.accepts(TokenType::OAuthToken),
        };
        let list = || Arc::new(List { first: Some((policy, hierarchy)), ..List::default() });
        Self(can_lack_scopes.then(list))
    }

    /// Forgets the policies, and shares no more with the clones.
    pub(crate) fn reset(&mut self) {
        if let Some(list) = &mut self.0 {
            *list = Arc::default();
        }
    }

    /// Adds a further policy. One without scopes adds nothing to a challenge.
    pub(crate) fn push(&self, policy: Policy, token_type: TokenType, hierarchy: ScopeHierarchy) {
        let decided = (policy, hierarchy);
        if let Some(list) = &self.0
            && policy.asks_for_scopes(token_type)
            && list.first != Some(decided)
        {
            let mut further = lock(&list.further);
            // A handler can require the same policy for each item of a list.
            if !further.contains(&decided) {
                further.push(decided);
            }
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
        permit(caller, policy, hierarchy).map_err(|mut error| {
            if let (ErrorKind::Denied(Denial::MissingScopes(scopes)), Some(caller)) =
                (&mut error.failure, caller)
            {
                *scopes = self.complete(scopes, caller, hierarchy);
            }
            error
        })
    }

    fn complete(
        &self,
        needed: &RequiredScopes,
        caller: &Identity,
        hierarchy: ScopeHierarchy,
    ) -> RequiredScopes {
        let mut used = RequiredScopes::default();
        for (policy, own) in self.policies() {
            let others = used.and(needed);
            used = used.and(&policy.used_scopes(caller, &others, own));
        }
        self.without_implied(used.and(needed), hierarchy)
    }

    /// Adds to the scopes that a client without a token should ask for: with one, the request
    /// must pass these policies too.
    pub(crate) fn complete_request(&self, rejection: Rejection) -> Rejection {
        rejection.map_requested_scopes(|needed, hierarchy| {
            let policies = self.policies().into_iter();
            let outer = policies.filter_map(|(policy, own)| policy.scopes_to_request(own));
            let all = outer.chain(needed).reduce(|all, more| all.and(&more))?;
            Some(self.without_implied(all, hierarchy))
        })
    }

    /// Where hierarchies differ, each scope stays: what one implies, another may not.
    fn without_implied(&self, scopes: RequiredScopes, hierarchy: ScopeHierarchy) -> RequiredScopes {
        let is_shared = self.policies().iter().all(|(_, own)| *own == hierarchy);
        if is_shared { scopes.without_implied(hierarchy) } else { scopes }
    }

    /// All policies, the outermost first.
    fn policies(&self) -> Vec<Decided> {
        let Some(list) = &self.0 else { return Vec::new() };
        list.first.into_iter().chain(lock(&list.further).iter().copied()).collect()
    }
}

/// Notes a policy that admitted an anonymous request.
pub(crate) fn pass_anonymously(
    extensions: &mut Extensions,
    policy: &Policy,
    hierarchy: ScopeHierarchy,
) {
    if !policy.asks_for_scopes(TokenType::OAuthToken) {
        return;
    }
    if let Some(AnonymousPassed(passed)) = extensions.get() {
        passed.push(*policy, TokenType::OAuthToken, hierarchy);
    } else {
        extensions.insert(AnonymousPassed(Passed::new(*policy, None, hierarchy)));
    }
}

/// The policies that admitted the request anonymously, if one of them names scopes.
pub(super) fn passed_anonymously(extensions: &Extensions) -> Option<Passed> {
    extensions.get().map(|AnonymousPassed(passed)| passed.clone())
}

/// Rejects a request, whose extensions are these if they are at hand.
pub(crate) fn reject(
    error: &AuthError,
    policy: &Policy,
    settings: Arc<RejectionSettings>,
    extensions: Option<&Extensions>,
) -> Rejection {
    let rejection = Rejection::untold(error, policy, settings);
    match extensions.and_then(|it| Some((it, it.get::<Renewal>()?))) {
        Some((request, pages)) if pages.may_redirect(&rejection) => {
            pages.tell_later(Report::new(&rejection, error, policy, request));
        }
        _ => report::tell(&rejection, error, policy, extensions),
    }
    match extensions.and_then(passed_anonymously) {
        Some(passed) => passed.complete_request(rejection),
        None => rejection,
    }
}

impl Clone for AnonymousPassed {
    fn clone(&self) -> Self {
        let mut passed = self.0.clone();
        passed.reset();
        Self(passed)
    }
}

/// A list that only grows is whole also after a panic.
fn lock(policies: &Mutex<Vec<Decided>>) -> MutexGuard<'_, Vec<Decided>> {
    policies.lock().unwrap_or_else(PoisonError::into_inner)
}
