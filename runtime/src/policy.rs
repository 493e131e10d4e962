//! Policies as constant data, and the decisions over them: pure functions without clock or network.
//!
//! A policy rejects everything that it does not name.

#[cfg(any(feature = "aide", feature = "utoipa"))]
mod alternatives;
mod const_str;
mod denial;
mod difference;
mod display;
mod exclusion;
mod hierarchy;
mod narrowed;
mod record;
mod redundancy;
mod requirement;
pub(crate) mod session;
mod soundness;
#[cfg(test)]
mod tests;

#[doc(hidden)]
pub use self::narrowed::{Narrowed, NarrowedClauses};
pub use self::{
    difference::Difference,
    hierarchy::ScopeHierarchy,
    requirement::Requirement,
    session::reverification::{Level, Reverification},
};
pub use crate::token::OpaqueTokenType;

pub(crate) use self::{
    const_str::is_same_text,
    denial::{Denial, RequiredScopes},
    difference::{code_span, formula::Guards, implications::ScopeImplications},
    record::PolicyRecord,
};

use self::redundancy::Compared;
use crate::{
    identity::{Identity, VerifiedToken, scopes::Scope},
    token::{Form, Presented, TokenType},
};

/// The accepted token types, and the requirements of each.
///
/// `#[clerk_auth]` creates one for each handler, and `policy!` creates one in the same language. It
/// is plain data: print it, serialize it, or pass it to [`Clerk::check`](crate::Clerk::check) at
/// start.
///
/// ```
/// use clerk_auth::policy::{Clause, Policy, Requirement};
///
/// const READ_NOTES: Policy = Policy::new(&[
///     Clause::OAuthToken(Requirement::Scope("read:notes")),
///     Clause::SessionToken(Requirement::None),
/// ]);
/// assert_eq!(READ_NOTES.to_string(), "oauth_token with scope read:notes, or session_token");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    clauses: &'static [Clause],
    is_optional: bool,
    allows_pending: bool,
}

/// An accepted token type, and its requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// Accepts session tokens.
    SessionToken(Requirement),
    /// Accepts OAuth access tokens.
    OAuthToken(Requirement),
    /// Accepts M2M tokens.
    M2mToken(Requirement),
    /// Accepts API keys.
    ApiKey(Requirement),
}

impl Policy {
    /// The policy that rejects every request.
    pub const DENY_ALL: Self = Self { clauses: &[], is_optional: false, allows_pending: false };

    /// Creates a policy of one clause for each token type. Use it in a `const`: a contradiction
    /// then does not compile.
    ///
    /// Every part of a group is compared with every other part, so that the time to compile grows
    /// with the square of their number. The attribute and `policy!` compare texts by hash.
    ///
    /// # Panics
    /// At run time, if a token type has two clauses, a condition stands in a clause of a type that
    /// does not have it, a scope is not a scope-token of RFC 6749 §3.3, a list is empty, a role,
    /// permission or client has a form that Clerk never issues, each caller would need two roles,
    /// clients or machines, or a requirement in it never matters beside another.
    #[must_use]
    #[track_caller]
    pub const fn new(clauses: &'static [Clause]) -> Self {
        Self::checked(clauses, Compared::All)
    }

    /// For the expansion of a large policy. The attribute has compared the texts with each other, so
    /// only parts with one of these constants are compared with the parts beside them.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn from_expansion(clauses: &'static [Clause], constants: &[Scope]) -> Self {
        Self::checked(clauses, Compared::Constants(constants))
    }

    #[track_caller]
    const fn checked(clauses: &'static [Clause], compared: Compared<'_>) -> Self {
        assert!(!clauses.is_empty(), "a policy needs at least one clause");
        let mut rest = clauses;
        while let [clause, tail @ ..] = rest {
            clause.requirement().assert_sound(clause.token_type(), compared);
            assert!(
                Requirement::can_be_met_together(&[clause.requirement()]),
                "no caller can pass: a user has one role in an organization, and a token one client or \
                 machine"
            );
            let mut others = tail;
            while let [other, tail @ ..] = others {
                let same = clause.token_type() as u8 == other.token_type() as u8;
                assert!(!same, "a token type has two clauses; merge them into one");
                others = tail;
            }
            rest = tail;
        }
        Self { clauses, is_optional: false, allows_pending: false }
    }

    /// Returns the same policy, which also accepts anonymous requests: those without a credential,
    /// and those whose session cookie counts as none. An invalid `Authorization` credential is
    /// still rejected.
    ///
    /// The [rules](crate::guide::rules#optional) list which cookies count as none.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }

    /// Returns the same policy, which also accepts pending sessions: their users have tasks to
    /// finish, such as choosing an organization. Every other policy rejects them.
    ///
    /// # Panics
    /// At run time, if the policy does not accept session tokens.
    #[must_use]
    #[track_caller]
    pub const fn allow_pending(self) -> Self {
        let (mut accepts_sessions, mut rest) = (false, self.clauses);
        while let [clause, tail @ ..] = rest {
            accepts_sessions |= matches!(clause, Clause::SessionToken(_));
            rest = tail;
        }
        assert!(accepts_sessions, "only sessions can be pending, and none are accepted");
        Self { allows_pending: true, ..self }
    }

    /// Returns whether pending sessions are accepted.
    #[must_use]
    pub const fn allows_pending(self) -> bool {
        self.allows_pending
    }

    /// Returns whether anonymous requests are accepted.
    #[must_use]
    pub const fn is_optional(self) -> bool {
        self.is_optional
    }

    /// Returns the accepted token types, in source order.
    #[must_use]
    pub fn token_types(self) -> impl ExactSizeIterator<Item = TokenType> {
        self.clauses.iter().map(Clause::token_type)
    }

    /// Returns whether tokens of this type are accepted.
    #[must_use]
    pub fn accepts(self, token_type: TokenType) -> bool {
        self.clause(token_type).is_some()
    }

    /// Decides whether this identity passes. Every guard, layer and `require` ends here.
    pub(crate) fn decide(
        &self,
        identity: &Identity,
        hierarchy: ScopeHierarchy,
    ) -> Result<(), Denial> {
        let token_type = identity.token_type();
        let clause = self.clause(token_type).ok_or(Denial::NotAccepted(token_type))?;
        self.check_status(identity)?;
        let requirement = clause.requirement();
        match requirement.denies(identity, hierarchy) {
            None => Ok(()),
            Some(Denial::MissingScopes(_)) => {
                Err(Denial::MissingScopes(requirement.nearest_scopes(Some(identity), hierarchy)))
            }
            Some(denial) => Err(denial),
        }
    }

    /// Rejects a pending session, unless the policy says otherwise.
    pub(crate) fn check_status(&self, identity: &Identity) -> Result<(), Denial> {
        if identity.is_pending() && !self.allows_pending { Err(Denial::Pending) } else { Ok(()) }
    }

    /// Whether a token of this type and form can pass, as far as that is known before it is verified.
    pub(crate) fn accepts_presented(&self, presented: Presented) -> bool {
        let is_opaque = presented.form == Form::Opaque;
        let clause = self.clause(presented.token_type);
        clause.is_some_and(|clause| !(is_opaque && clause.requirement().needs_jwt()))
    }

    /// Whether only JWTs of this type can pass.
    pub(crate) fn needs_jwt(&self, token_type: TokenType) -> bool {
        self.clause(token_type).is_some_and(|clause| clause.requirement().needs_jwt())
    }

    /// The scopes that a caller who passes this policy also needs beside `others`, to pass it with
    /// no more than these: of several alternatives, one that the caller meets.
    pub(crate) fn used_scopes(
        &self,
        caller: &Identity,
        others: &RequiredScopes,
        hierarchy: ScopeHierarchy,
    ) -> RequiredScopes {
        let clause = self.clause(caller.token_type());
        let used = |it: &Clause| it.requirement().used_scopes(caller, others, hierarchy);
        clause.map(used).unwrap_or_default()
    }

    /// Whether tokens of this type need scopes.
    pub(crate) fn asks_for_scopes(&self, token_type: TokenType) -> bool {
        let is_scope = |leaf: &Requirement| leaf.scope_of(token_type).is_some();
        self.clause(token_type).is_some_and(|clause| clause.requirement().has(&is_scope))
    }

    /// The scopes that an OAuth client should ask for to pass: the first alternative. `None`
    /// where OAuth tokens are not accepted or need none.
    pub(crate) fn scopes_to_request(&self, hierarchy: ScopeHierarchy) -> Option<RequiredScopes> {
        let requirement = self.clause(TokenType::OAuthToken)?.requirement();
        let scopes = requirement.nearest_scopes(None, hierarchy);
        (!scopes.is_empty()).then_some(scopes)
    }

    /// Every scope that the policy names for OAuth tokens, in source order.
    pub(crate) fn scopes_of_oauth_tokens(&self) -> Vec<&'static str> {
        self.clause(TokenType::OAuthToken)
            .map(Clause::requirement)
            .map_or_else(Vec::new, |it| it.scopes_of(TokenType::OAuthToken))
    }

    fn clause(&self, token_type: TokenType) -> Option<&'static Clause> {
        self.clauses.iter().find(|clause| clause.token_type() == token_type)
    }
}

impl Clause {
    const fn token_type(&self) -> TokenType {
        match self {
            Self::SessionToken(_) => TokenType::SessionToken,
            Self::OAuthToken(_) => TokenType::OAuthToken,
            Self::M2mToken(_) => TokenType::M2mToken,
            Self::ApiKey(_) => TokenType::ApiKey,
        }
    }

    const fn requirement(&self) -> Requirement {
        match self {
            Self::SessionToken(requirement)
            | Self::OAuthToken(requirement)
            | Self::M2mToken(requirement)
            | Self::ApiKey(requirement) => *requirement,
        }
    }
}
