//! Decides a requirement for an identity.

use super::{Denial, RequiredScopes, Reverification, ScopeHierarchy};
use crate::{
    identity::{Identity, SessionToken, VerifiedToken, scopes::Scope},
    token::TokenType,
};

/// A challenge looks at no more alternatives than these: a refusal must stay cheap.
const MOST_ALTERNATIVES: usize = 64;

/// The scope by which an OAuth token names the organization that the user chose at consent.
const ORGANIZATION_SCOPE: &str = "user:org:read";

/// A condition that a valid token must meet. Strings are compared exactly, with case, unless the
/// variant says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Requirement {
    /// Nothing more.
    None,
    /// OAuth tokens and API keys: this scope, or one that implies it by the
    /// [`ScopeHierarchy`] of the configuration.
    Scope(&'static str),
    /// Sessions: this role in the active organization, with or without `org:` before it.
    Role(&'static str),
    /// Sessions: this custom permission in the active organization, `org:feature:permission`.
    Permission(&'static str),
    /// Sessions: this feature, of the organization (`o:…`), of the user (`u:…`), or of either.
    Feature(&'static str),
    /// Sessions: this plan, of the organization (`o:…`), of the user (`u:…`), or of either.
    Plan(&'static str),
    /// Sessions: factors that were verified recently.
    Reverification(Reverification),
    /// M2M tokens: from one of these machines, `mch_…`.
    Machine(&'static [&'static str]),
    /// OAuth tokens: issued for this audience (RFC 9068 §2.2).
    Audience(&'static str),
    /// OAuth tokens: issued to one of these clients.
    Client(&'static [&'static str]),
    /// An organization: active in the session, chosen at consent to the OAuth token, or the owner of
    /// the API key.
    Organization,
    /// Sessions and OAuth tokens: no claim `act`, so that no one acts on behalf of the user.
    NotImpersonated,
    /// OAuth and M2M tokens: a JWT. An opaque token is rejected without a call to Clerk.
    Jwt,
    /// Each of these.
    All(&'static [Requirement]),
    /// At least one of these.
    Any(&'static [Requirement]),
}

impl Requirement {
    /// Returns the requirement of a named scope.
    #[must_use]
    pub const fn of_scope(scope: Scope) -> Self {
        Self::Scope(scope.as_str())
    }

    /// Why the identity does not meet this; `None` where it does.
    pub(crate) fn denies(&self, identity: &Identity, hierarchy: ScopeHierarchy) -> Option<Denial> {
        let unless = |met: bool, denial: Denial| (!met).then_some(denial);
        match *self {
            Self::None => None,
            Self::All(parts) => {
                parts.iter().filter_map(|part| part.denies(identity, hierarchy)).reduce(Denial::and)
            }
            Self::Any(parts) => denied_by_each(parts, identity, hierarchy),
            Self::Scope(scope) => {
                let granted = identity.maybe_scopes();
                let met = granted.is_some_and(|granted| hierarchy.grants(granted, scope));
                unless(met, Denial::MissingScopes(RequiredScopes::default()))
            }
            Self::Role(role) => {
                unless(session(identity, |it| it.has_role(role)), Denial::Session("role"))
            }
            Self::Permission(permission) => unless(
                session(identity, |it| it.has_permission(permission)),
                Denial::Session("permission"),
            ),
            Self::Feature(feature) => {
                unless(session(identity, |it| it.has_feature(feature)), Denial::Session("feature"))
            }
            Self::Plan(plan) => {
                unless(session(identity, |it| it.has_plan(plan)), Denial::Session("plan"))
            }
            Self::Reverification(needed) => unless(
                session(identity, |it| it.has_reverification(needed)),
                Denial::Reverification(needed),
            ),
            Self::Machine(machines) => {
                let met = matches!(identity, Identity::M2m(token) if machines.contains(&token.machine_id().as_str()));
                unless(met, Denial::Sender)
            }
            Self::Client(clients) => {
                let met = matches!(identity, Identity::OAuth(token) if clients.contains(&token.client_id().as_str()));
                unless(met, Denial::Sender)
            }
            Self::Audience(audience) => {
                let met = matches!(identity, Identity::OAuth(token) if token.audience().any(|named| named == audience));
                unless(met, Denial::Audience)
            }
            Self::Organization => unless(identity.org_id().is_some(), no_organization(identity)),
            Self::NotImpersonated => unless(identity.actor().is_none(), Denial::Impersonated),
            Self::Jwt => {
                unless(identity.is_jwt(), Denial::OpaqueNotAccepted(identity.token_type()))
            }
        }
    }

    /// The scopes of one alternative that asks for any, without those that others of it imply: the
    /// alternative with the fewest missing, the first of equals. With no caller, the first. One
    /// that fails for more than scopes is never named: its scopes would not help.
    pub(crate) fn nearest_scopes(
        &self,
        caller: Option<&Identity>,
        hierarchy: ScopeHierarchy,
    ) -> RequiredScopes {
        let missing = |alternative: &RequiredScopes| {
            let granted = caller.and_then(Identity::maybe_scopes);
            granted.map_or(0, |granted| alternative.missing(granted, hierarchy))
        };
        let token_type = caller.map_or(TokenType::OAuthToken, Identity::token_type);
        let scopes = |leaf: &Self| {
            let denial = caller.and_then(|caller| leaf.denies(caller, hierarchy));
            let can_help = denial.is_none_or(|denial| matches!(denial, Denial::MissingScopes(_)));
            can_help.then(|| leaf.scope_of(token_type).into_iter().collect())
        };
        let alternatives = self.alternatives(&scopes, &missing).into_iter();
        let asking = alternatives.filter(|alternative| !alternative.is_empty());
        let smallest = asking.map(|alternative| alternative.without_implied(hierarchy));
        smallest.min_by_key(missing).unwrap_or_default()
    }

    /// The fewest scopes by which the caller would meet this, if `others` were granted too.
    pub(crate) fn used_scopes(
        &self,
        caller: &Identity,
        others: &RequiredScopes,
        hierarchy: ScopeHierarchy,
    ) -> RequiredScopes {
        let scopes = |leaf: &Self| match leaf.scope_of(caller.token_type()) {
            // The scope of an organization brings one only if the user chooses it.
            Some(scope)
                if others.grant(scope, hierarchy)
                    && (matches!(leaf, Self::Scope(_)) || leaf.is_met(caller, hierarchy)) =>
            {
                Some(RequiredScopes::default())
            }
            scope => leaf.is_met(caller, hierarchy).then(|| scope.into_iter().collect()),
        };
        let alternatives = self.alternatives(&scopes, &RequiredScopes::len).into_iter();
        alternatives.min_by_key(RequiredScopes::len).unwrap_or_default()
    }

    fn is_met(&self, caller: &Identity, hierarchy: ScopeHierarchy) -> bool {
        self.denies(caller, hierarchy).is_none()
    }

    /// Whether a condition of this kind stands anywhere in the tree.
    pub(crate) fn has(&self, kind: &impl Fn(&Self) -> bool) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.has(kind)),
            leaf => kind(leaf),
        }
    }

    /// The scope without which a token of this type cannot meet this one condition.
    pub(crate) const fn scope_of(&self, token_type: TokenType) -> Option<&'static str> {
        match (self, token_type) {
            (Self::Scope(scope), _) => Some(scope),
            (Self::Organization, TokenType::OAuthToken) => Some(ORGANIZATION_SCOPE),
            _ => None,
        }
    }

    /// Every scope that is needed here, in source order.
    pub(crate) fn scopes_of(&self, token_type: TokenType) -> Vec<&'static str> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(|part| part.scopes_of(token_type)).collect()
            }
            leaf => leaf.scope_of(token_type).into_iter().collect(),
        }
    }

    /// Whether no opaque token can meet this, whatever Clerk says about it.
    pub(crate) fn needs_jwt(&self) -> bool {
        match self {
            Self::Jwt => true,
            Self::All(parts) => parts.iter().any(Self::needs_jwt),
            Self::Any(parts) => parts.iter().all(Self::needs_jwt),
            _ => false,
        }
    }

    /// The sets of names of which each is enough, in source order; of very many, those of which
    /// the fewest are missing. `names` says what one condition asks for: no name, or one; `None`
    /// if the condition cannot be met.
    pub(crate) fn alternatives(
        &self,
        names: &impl Fn(&Self) -> Option<RequiredScopes>,
        missing: &impl Fn(&RequiredScopes) -> usize,
    ) -> Vec<RequiredScopes> {
        let of = |part: &Self| part.alternatives(names, missing);
        match self {
            Self::Any(parts) => parts.iter().flat_map(of).collect(),
            Self::All(parts) => {
                parts.iter().map(of).fold(vec![RequiredScopes::default()], |known, more| {
                    let both = known.iter().flat_map(|one| more.iter().map(|other| one.and(other)));
                    let mut both: Vec<RequiredScopes> = both.collect();
                    if both.len() > MOST_ALTERNATIVES {
                        both.sort_by_key(missing);
                        both.truncate(MOST_ALTERNATIVES);
                    }
                    both
                })
            }
            leaf => names(leaf).into_iter().collect(),
        }
    }
}

/// One met part is enough; where none is, the lightest denial. No parts are met by nobody.
fn denied_by_each(
    parts: &[Requirement],
    identity: &Identity,
    hierarchy: ScopeHierarchy,
) -> Option<Denial> {
    let mut lightest = None;
    for part in parts {
        let denial = part.denies(identity, hierarchy)?;
        lightest = Some(lightest.map_or(denial.clone(), |known: Denial| known.or(denial)));
    }
    lightest.or(Some(Denial::Sender))
}

/// By this scope, the user chooses an organization at consent. A token that has it and no
/// organization lacks one for good: the same challenge would come again.
fn no_organization(identity: &Identity) -> Denial {
    match identity.maybe_scopes() {
        Some(granted)
            if identity.token_type() == TokenType::OAuthToken
                && !granted.contains(ORGANIZATION_SCOPE) =>
        {
            Denial::MissingScopes(RequiredScopes::default())
        }
        _ => Denial::Organization,
    }
}

fn session(identity: &Identity, met: impl FnOnce(&SessionToken) -> bool) -> bool {
    matches!(identity, Identity::Session(session) if met(session))
}
