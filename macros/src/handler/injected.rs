//! A parameter in, the value that the guard gives it out, if its name is one the guard knows.

use proc_macro2::Ident;
use syn::{FnArg, Pat, PatType};

use crate::{
    handler::param_type::ParamType,
    policy::accepts::Accepts,
    token_type::{TokenType, identity_type},
};

/// A value of the verified token that a handler can ask for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum InjectedValue {
    Subject,
    Scopes,
    TokenType,
    UserId,
    OrgId,
    ClientId,
    MachineId,
    SessionId,
    Claims,
    Identity,
    Guard,
}

/// Whether a token has a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Always,
    Maybe,
    Never,
}

/// A parameter that the guard fills.
#[derive(Clone)]
pub(crate) struct Injected {
    pub(crate) value: InjectedValue,
    pub(crate) parameter: PatType,
}

impl InjectedValue {
    const ALL: [Self; 11] = [
        Self::Subject,
        Self::Scopes,
        Self::TokenType,
        Self::UserId,
        Self::OrgId,
        Self::ClientId,
        Self::MachineId,
        Self::SessionId,
        Self::Claims,
        Self::Identity,
        Self::Guard,
    ];

    /// The name of the parameter, and of the method of the guard that gives the value.
    pub(crate) const fn name(self) -> &'static str {
        self.names().0
    }

    /// The name of its type in the runtime; that of an identity depends on the policy.
    pub(crate) const fn type_name(self) -> &'static str {
        self.names().1
    }

    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Subject => ("subject", "Subject"),
            Self::Scopes => ("scopes", "Scopes"),
            Self::TokenType => ("token_type", "TokenType"),
            Self::UserId => ("user_id", "UserId"),
            Self::OrgId => ("org_id", "OrgId"),
            Self::ClientId => ("client_id", "ClientId"),
            Self::MachineId => ("machine_id", "MachineId"),
            Self::SessionId => ("session_id", "SessionId"),
            Self::Claims => ("claims", "Claims"),
            Self::Identity => ("identity", "Identity"),
            Self::Guard => ("guard", "Guard"),
        }
    }

    /// The value that has this type; each identity is one of the types of `identity`.
    pub(crate) fn with_type(name: &Ident) -> Option<Self> {
        let is_identity = TokenType::ALL.iter().any(|kind| name == kind.type_name());
        if is_identity {
            return Some(Self::Identity);
        }
        Self::ALL.into_iter().find(|value| name == value.type_name())
    }

    /// Whether a token of this type has the value.
    pub(crate) const fn presence(self, kind: TokenType) -> Presence {
        use {
            Presence::{Always, Maybe, Never},
            TokenType::{ApiKey, M2m, OAuth, Session},
        };
        match (self, kind) {
            (Self::Subject | Self::TokenType | Self::Identity | Self::Guard, _)
            | (Self::Scopes, OAuth | ApiKey)
            | (Self::UserId, Session | OAuth)
            | (Self::ClientId, OAuth)
            | (Self::MachineId, M2m)
            | (Self::SessionId | Self::Claims, Session) => Always,
            (Self::UserId | Self::MachineId, ApiKey)
            | (Self::OrgId, Session | OAuth | ApiKey)
            | (Self::Claims, M2m | ApiKey) => Maybe,
            (Self::Scopes, Session | M2m)
            | (Self::UserId | Self::OrgId, M2m)
            | (Self::ClientId, Session | M2m | ApiKey)
            | (Self::MachineId, Session | OAuth)
            | (Self::SessionId, OAuth | M2m | ApiKey)
            | (Self::Claims, OAuth) => Never,
        }
    }

    /// Whether a token of this type has the value, if it is accepted.
    pub(crate) fn presence_of(self, kind: TokenType, accepts: &Accepts) -> Presence {
        match self {
            Self::OrgId if accepts.with_organization.contains(&kind) => Presence::Always,
            _ => self.presence(kind),
        }
    }

    /// Whether an admitted caller has the value.
    pub(crate) fn presence_for(self, accepts: &Accepts) -> Presence {
        let has = |presence| move |kind: &TokenType| self.presence_of(*kind, accepts) == presence;
        // Beside a shared policy, only rustc knows.
        if accepts.types.is_empty() {
            return Presence::Maybe;
        }
        if accepts.types.iter().all(has(Presence::Never)) {
            return Presence::Never;
        }
        let is_token_sure = !accepts.is_optional || self == Self::Guard;
        if is_token_sure && accepts.types.iter().all(has(Presence::Always)) {
            return Presence::Always;
        }
        Presence::Maybe
    }
}

impl Injected {
    /// The value a parameter asks for by its plain name. `Path(subject)` is a pattern, and so are
    /// `ref subject` and `subject @ _`: ordinary extractors.
    pub(crate) fn of(parameter: &FnArg) -> Option<Self> {
        let FnArg::Typed(parameter) = parameter else {
            return None;
        };
        let name = plain_name(parameter)?;
        let value = InjectedValue::ALL.into_iter().find(|value| name == value.name())?;
        Some(Self { value, parameter: parameter.clone() })
    }

    pub(crate) fn declared(&self) -> ParamType<'_> {
        ParamType::of(&self.parameter.ty)
    }

    /// The type that the value has when it is there, as the user named it.
    pub(crate) fn type_text(&self, accepts: Option<&Accepts>) -> String {
        match (self.value, accepts) {
            (InjectedValue::Identity, Some(accepts)) => identity_type(&accepts.types),
            _ if self.is_decoded() => self.declared().text(),
            (value, _) => value.type_name().to_owned(),
        }
    }

    /// Whether it is the user's own type of claims. Of a path that ends in `Claims` only rustc knows,
    /// and it decodes ours too.
    pub(crate) fn is_decoded(&self) -> bool {
        let declared = self.declared();
        let is_raw =
            declared.is_named("Claims") && (declared.option.is_some() || declared.is_ours());
        self.value == InjectedValue::Claims && !is_raw
    }
}

/// The name of a parameter, if it is not a pattern.
pub(crate) fn plain_name(parameter: &PatType) -> Option<&Ident> {
    match &*parameter.pat {
        Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => Some(&name.ident),
        _ => None,
    }
}
