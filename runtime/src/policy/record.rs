//! Policies as owned data: what a policy requires, in the form that is written to and read from JSON.

use serde::{Deserialize, Serialize};

use super::{Clause, Level, Policy, Requirement, Reverification};
use crate::token::TokenType;

/// A policy as data. A token type that it does not name is rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyRecord {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<RequirementRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_token: Option<RequirementRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    m2m_token: Option<RequirementRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<RequirementRecord>,
    optional: bool,
    allow_pending: bool,
}

/// A requirement as data. Reading fails for a condition that is not listed here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequirementRecord {
    NothingMore,
    Scope(String),
    Role(String),
    Permission(String),
    Feature(String),
    Plan(String),
    Reverification(FactorsRecord),
    Machine(Vec<String>),
    Audience(String),
    Client(Vec<String>),
    Organization,
    NotImpersonated,
    Jwt,
    All(Vec<RequirementRecord>),
    Any(Vec<RequirementRecord>),
}

/// The factors that count, with the minutes within which they were verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FactorsRecord {
    #[serde(rename = "first_factor")]
    First(u32),
    #[serde(rename = "second_factor")]
    Second(u32),
    #[serde(rename = "multi_factor")]
    Multi(u32),
}

impl PolicyRecord {
    /// Admits no request.
    pub(crate) const NOBODY: Self = Self {
        session_token: None,
        oauth_token: None,
        m2m_token: None,
        api_key: None,
        optional: false,
        allow_pending: false,
    };

    /// What a token of this type must carry. `None` if the type is not accepted.
    pub(crate) const fn requirement(&self, token_type: TokenType) -> Option<&RequirementRecord> {
        match token_type {
            TokenType::SessionToken => self.session_token.as_ref(),
            TokenType::OAuthToken => self.oauth_token.as_ref(),
            TokenType::M2mToken => self.m2m_token.as_ref(),
            TokenType::ApiKey => self.api_key.as_ref(),
        }
    }

    pub(crate) const fn is_optional(&self) -> bool {
        self.optional
    }

    pub(crate) const fn allows_pending(&self) -> bool {
        self.allow_pending
    }
}

impl RequirementRecord {
    /// The conditions, without the groups around them.
    pub(crate) fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::leaves).collect(),
            leaf => vec![leaf],
        }
    }
}

impl From<Policy> for PolicyRecord {
    fn from(policy: Policy) -> Self {
        let requirement = |token_type| {
            policy.clause(token_type).map(Clause::requirement).map(RequirementRecord::from)
        };
        Self {
            session_token: requirement(TokenType::SessionToken),
            oauth_token: requirement(TokenType::OAuthToken),
            m2m_token: requirement(TokenType::M2mToken),
            api_key: requirement(TokenType::ApiKey),
            optional: policy.is_optional(),
            allow_pending: policy.allows_pending(),
        }
    }
}

impl From<Requirement> for RequirementRecord {
    fn from(requirement: Requirement) -> Self {
        let texts = |list: &[&str]| list.iter().copied().map(str::to_owned).collect();
        let parts = |list: &[Requirement]| list.iter().copied().map(Self::from).collect();
        match requirement {
            Requirement::None => Self::NothingMore,
            Requirement::Scope(text) => Self::Scope(text.to_owned()),
            Requirement::Role(text) => Self::Role(text.to_owned()),
            Requirement::Permission(text) => Self::Permission(text.to_owned()),
            Requirement::Feature(text) => Self::Feature(text.to_owned()),
            Requirement::Plan(text) => Self::Plan(text.to_owned()),
            Requirement::Reverification(needed) => Self::Reverification(needed.into()),
            Requirement::Machine(machines) => Self::Machine(texts(machines)),
            Requirement::Audience(text) => Self::Audience(text.to_owned()),
            Requirement::Client(clients) => Self::Client(texts(clients)),
            Requirement::Organization => Self::Organization,
            Requirement::NotImpersonated => Self::NotImpersonated,
            Requirement::Jwt => Self::Jwt,
            Requirement::All(list) => Self::All(parts(list)),
            Requirement::Any(list) => Self::Any(parts(list)),
        }
    }
}

impl From<Reverification> for FactorsRecord {
    fn from(needed: Reverification) -> Self {
        let minutes = needed.minutes();
        match needed.level() {
            Level::FirstFactor => Self::First(minutes),
            Level::SecondFactor => Self::Second(minutes),
            Level::MultiFactor => Self::Multi(minutes),
        }
    }
}
