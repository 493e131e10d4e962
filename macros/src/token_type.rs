//! The name of a token type in, the token type out, and what the generated code calls it.

use crate::suggest::alternatives;

/// One of the four kinds of token that Clerk issues.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenType {
    Session,
    OAuth,
    M2m,
    ApiKey,
}

impl TokenType {
    /// All of them, in the order of the runtime's `Identity<S, O, M, A>`.
    pub(crate) const ALL: [Self; 4] = [Self::Session, Self::OAuth, Self::M2m, Self::ApiKey];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in an attribute.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Session => "session_token",
            Self::OAuth => "oauth_token",
            Self::M2m => "m2m_token",
            Self::ApiKey => "api_key",
        }
    }

    /// The name of the runtime's clause, and of its identity struct.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::Session => "SessionToken",
            Self::OAuth => "OAuthToken",
            Self::M2m => "M2mToken",
            Self::ApiKey => "ApiKey",
        }
    }

    pub(crate) const fn carries_scopes(self) -> bool {
        match self {
            // What Clerk calls the scopes of an M2M token are the ids of machines.
            Self::Session | Self::M2m => false,
            Self::OAuth | Self::ApiKey => true,
        }
    }
}

/// "`oauth_token` or `api_key`".
pub(crate) fn alternative_types(types: &[TokenType]) -> String {
    let names: Vec<&str> = types.iter().map(|kind| kind.name()).collect();
    alternatives(&names)
}

/// `OAuthToken` where one type is accepted, `Identity` where all are; else with `Never` for those
/// that cannot enter: `Identity<SessionToken, Never, Never, ApiKey>`.
pub(crate) fn identity_type(types: &[TokenType]) -> String {
    match types {
        [kind] => kind.type_name().to_owned(),
        types if types.len() == TokenType::ALL.len() => "Identity".to_owned(),
        types => format!("Identity<{}>", identity_parts(types).join(", ")),
    }
}

/// What each class of token holds in `Identity`.
pub(crate) fn identity_parts(types: &[TokenType]) -> [&'static str; 4] {
    TokenType::ALL.map(|kind| if types.contains(&kind) { kind.type_name() } else { "Never" })
}

/// `accepts = "api_key"` or `accepts = ["oauth_token", "api_key"]`.
pub(crate) fn accepts_argument(types: &[TokenType]) -> String {
    let names: Vec<String> = types.iter().map(|kind| format!("\"{}\"", kind.name())).collect();
    let names = names.join(", ");
    if types.len() == 1 {
        return format!("accepts = {names}");
    }
    format!("accepts = [{names}]")
}
