//! The name of a condition in, what the rest needs to know about it out: which tokens can meet it,
//! what its value looks like, and what the generated code calls it.

use crate::token_type::TokenType;

/// What a token can be asked for, beside being genuine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    Scopes,
    Role,
    Permission,
    Feature,
    Plan,
    Reverification,
    From,
    Audience,
    Client,
    Organization,
    NotImpersonated,
    AllowPending,
    Format,
}

impl Condition {
    pub(crate) const ALL: [Self; 13] = [
        Self::Scopes,
        Self::Role,
        Self::Permission,
        Self::Feature,
        Self::Plan,
        Self::Reverification,
        Self::From,
        Self::Audience,
        Self::Client,
        Self::Organization,
        Self::NotImpersonated,
        Self::AllowPending,
        Self::Format,
    ];

    /// Its name, the noun for one of its values, the runtime's requirement, a value to paste, and the
    /// members of a group to paste.
    const fn words(self) -> [&'static str; 5] {
        match self {
            Self::Scopes => {
                ["scopes", "scope", "Scope", "\"read:notes\"", "\"read:notes\", \"write:notes\""]
            }
            Self::Role => {
                ["role", "role", "Role", "\"org:admin\"", "\"org:admin\", \"org:member\""]
            }
            Self::Permission => [
                "permission",
                "permission",
                "Permission",
                "\"org:notes:read\"",
                "\"org:notes:read\", \"org:notes:manage\"",
            ],
            Self::Feature => {
                ["feature", "feature", "Feature", "\"reports\"", "\"reports\", \"exports\""]
            }
            Self::Plan => ["plan", "plan", "Plan", "\"pro\"", "\"pro\", \"team\""],
            Self::Reverification => {
                ["reverification", "reverification", "Reverification", "\"strict\"", ""]
            }
            Self::From => ["from", "machine", "Machine", "[\"mch_2zQ8\"]", ""],
            Self::Audience => {
                ["audience", "audience", "Audience", "\"https://api.example.com\"", ""]
            }
            Self::Client => ["client", "client", "Client", "[\"kPz81QmWc\"]", ""],
            Self::Organization => ["organization", "organization", "Organization", "", ""],
            Self::NotImpersonated => ["not_impersonated", "actor", "NotImpersonated", "", ""],
            Self::AllowPending => ["allow_pending", "session", "", "", ""],
            Self::Format => ["format", "format", "Jwt", "\"jwt\"", ""],
        }
    }

    /// The name in an attribute.
    pub(crate) const fn name(self) -> &'static str {
        let [name, ..] = self.words();
        name
    }

    /// What one of its values is called in a message.
    pub(crate) const fn noun(self) -> &'static str {
        let [_, noun, ..] = self.words();
        noun
    }

    /// The name of the runtime's requirement.
    pub(crate) const fn requirement(self) -> &'static str {
        let [_, _, requirement, ..] = self.words();
        requirement
    }

    /// A value to paste.
    pub(crate) const fn example(self) -> &'static str {
        let [.., example, _] = self.words();
        example
    }

    /// The members of a group to paste.
    pub(crate) const fn members(self) -> &'static str {
        let [.., members] = self.words();
        members
    }

    /// Whether tokens of this type can meet the condition.
    pub(crate) fn fits(self, kind: TokenType) -> bool {
        match self {
            Self::Scopes => kind.carries_scopes(),
            Self::Role
            | Self::Permission
            | Self::Feature
            | Self::Plan
            | Self::Reverification
            | Self::AllowPending => kind == TokenType::Session,
            Self::From => kind == TokenType::M2m,
            Self::Audience | Self::Client => kind == TokenType::OAuth,
            Self::Organization => kind != TokenType::M2m,
            Self::NotImpersonated => matches!(kind, TokenType::Session | TokenType::OAuth),
            // A session token is always a JWT, an API key never.
            Self::Format => matches!(kind, TokenType::OAuth | TokenType::M2m),
        }
    }

    /// Whether it is a word alone, without a value.
    pub(crate) const fn is_bare(self) -> bool {
        matches!(self, Self::Organization | Self::NotImpersonated | Self::AllowPending)
    }

    /// Whether only callers with an organization meet the condition.
    pub(crate) const fn requires_organization(self) -> bool {
        matches!(self, Self::Role | Self::Permission | Self::Organization)
    }

    /// The types that can meet the condition.
    pub(crate) fn fitting_types(self) -> Vec<TokenType> {
        TokenType::ALL.into_iter().filter(|kind| self.fits(*kind)).collect()
    }

    /// The names of the conditions that tokens of this type can meet.
    pub(crate) fn names_for(kind: TokenType) -> Vec<&'static str> {
        Self::ALL.into_iter().filter(|condition| condition.fits(kind)).map(Self::name).collect()
    }

    /// What may stand after `=`.
    pub(crate) const fn form(self) -> Form {
        match self {
            Self::Scopes => Form { list: true, group: true, path: true },
            Self::Role | Self::Permission | Self::Feature | Self::Plan => {
                Form { group: true, ..Form::TEXT }
            }
            Self::From | Self::Client => Form { list: true, ..Form::TEXT },
            Self::Reverification
            | Self::Audience
            | Self::Organization
            | Self::NotImpersonated
            | Self::AllowPending
            | Self::Format => Form::TEXT,
        }
    }
}

/// What a key takes beside one text.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// `["a", "b"]`
    pub(crate) list: bool,
    /// `any("a", "b")`
    pub(crate) group: bool,
    /// `scope::READ`
    pub(crate) path: bool,
}

impl Form {
    /// One text and nothing else.
    pub(crate) const TEXT: Self = Self { list: false, group: false, path: false };
}

/// The names of the presets, and of the runtime's constants.
pub(crate) const PRESETS: [(&str, &str); 4] =
    [("strict_mfa", "STRICT_MFA"), ("strict", "STRICT"), ("moderate", "MODERATE"), ("lax", "LAX")];

pub(crate) const LEVELS: [&str; 3] = ["first_factor", "second_factor", "multi_factor"];
