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
}

impl Condition {
    pub(crate) const ALL: [Self; 9] = [
        Self::Scopes,
        Self::Role,
        Self::Permission,
        Self::Feature,
        Self::Plan,
        Self::Reverification,
        Self::From,
        Self::Audience,
        Self::Client,
    ];

    /// The name in an attribute.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Scopes => "scopes",
            Self::Role => "role",
            Self::Permission => "permission",
            Self::Feature => "feature",
            Self::Plan => "plan",
            Self::Reverification => "reverification",
            Self::From => "from",
            Self::Audience => "audience",
            Self::Client => "client",
        }
    }

    /// What one of its values is called in a message.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Scopes => "scope",
            Self::From => "machine",
            _ => self.name(),
        }
    }

    /// The name of the runtime's requirement.
    pub(crate) const fn requirement(self) -> &'static str {
        match self {
            Self::Scopes => "Scope",
            Self::Role => "Role",
            Self::Permission => "Permission",
            Self::Feature => "Feature",
            Self::Plan => "Plan",
            Self::Reverification => "Reverification",
            Self::From => "From",
            Self::Audience => "Audience",
            Self::Client => "Client",
        }
    }

    /// Whether tokens of this type can meet the condition.
    pub(crate) fn fits(self, kind: TokenType) -> bool {
        match self {
            Self::Scopes => kind.carries_scopes(),
            Self::Role | Self::Permission | Self::Feature | Self::Plan | Self::Reverification => {
                kind == TokenType::Session
            }
            Self::From => kind == TokenType::M2m,
            Self::Audience | Self::Client => kind == TokenType::OAuth,
        }
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
                Form { list: false, group: true, path: false }
            }
            Self::From | Self::Client => Form { list: true, group: false, path: false },
            Self::Reverification | Self::Audience => {
                Form { list: false, group: false, path: false }
            }
        }
    }

    /// A value to paste.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Scopes => "\"read:notes\"",
            Self::Role => "\"org:admin\"",
            Self::Permission => "\"org:notes:read\"",
            Self::Feature => "\"reports\"",
            Self::Plan => "\"pro\"",
            Self::Reverification => "\"strict\"",
            Self::From => "[\"mch_2zQ8\"]",
            Self::Audience => "\"https://api.example.com\"",
            Self::Client => "[\"kPz81QmWc\"]",
        }
    }

    /// Several values to paste, where there can be several.
    pub(crate) const fn several(self) -> &'static str {
        match self {
            Self::Scopes => "[\"read:notes\", \"write:notes\"]",
            Self::Role => "any(\"org:admin\", \"org:member\")",
            Self::Permission => "any(\"org:notes:read\", \"org:notes:manage\")",
            Self::Feature => "any(\"reports\", \"exports\")",
            Self::Plan => "any(\"pro\", \"team\")",
            Self::Reverification => "second_factor(minutes = 5)",
            Self::From => "[\"mch_2zQ8\", \"mch_3aR9\"]",
            Self::Client => "[\"kPz81QmWc\", \"hT47RbVn\"]",
            Self::Audience => self.example(),
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

/// The names of the presets, and of the runtime's constants.
pub(crate) const PRESETS: [(&str, &str); 4] =
    [("strict_mfa", "STRICT_MFA"), ("strict", "STRICT"), ("moderate", "MODERATE"), ("lax", "LAX")];

pub(crate) const LEVELS: [&str; 3] = ["first_factor", "second_factor", "multi_factor"];
