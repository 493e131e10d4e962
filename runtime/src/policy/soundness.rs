//! Rejects requirements that no token can meet, while the program is compiled.

use super::{
    Requirement,
    const_str::{ConstText, begins_with},
    redundancy::Compared,
};
use crate::{identity::scopes::is_scope_token, token::TokenType};

impl Requirement {
    /// Fails at compile time where a clause of this type could never pass, or is not a policy.
    #[track_caller]
    pub(crate) const fn assert_sound(&self, token_type: TokenType, compared: Compared<'_>) {
        let is_session = matches!(token_type, TokenType::SessionToken);
        let is_oauth = matches!(token_type, TokenType::OAuthToken);
        match self {
            Self::None => {}
            Self::Scope(scope) => {
                let carries_scopes = is_oauth || matches!(token_type, TokenType::ApiKey);
                assert!(carries_scopes, "only OAuth tokens and API keys carry scopes");
                assert!(is_scope_token(scope), "not one scope of RFC 6749 section 3.3");
            }
            Self::Role(text) | Self::Permission(text) | Self::Feature(text) | Self::Plan(text) => {
                assert!(is_session, "only sessions have roles, permissions, features and plans");
                assert!(!text.is_empty(), "an empty role, permission, feature or plan");
                let is_key = matches!(self, Self::Role(_) | Self::Permission(_));
                assert!(!is_key || text.is_ascii(), "a role or permission is written in ASCII");
                let is_permission = matches!(self, Self::Role(_)) && is_permission(text);
                assert!(
                    !is_permission,
                    "a role with the form of a permission, `org:feature:permission`"
                );
            }
            Self::Reverification(_) => assert!(is_session, "only sessions have factors to verify"),
            Self::Machine(machines) => {
                assert!(
                    matches!(token_type, TokenType::M2mToken),
                    "only M2M tokens come from machines"
                );
                assert!(!machines.is_empty(), "an empty list of machines");
            }
            Self::Audience(audience) => {
                assert!(is_oauth, "only OAuth tokens have an audience here");
                assert!(!audience.is_empty(), "an empty audience");
            }
            Self::Client(clients) => {
                assert!(is_oauth, "only OAuth tokens have a client");
                assert!(!clients.is_empty(), "an empty list of clients");
                assert!(
                    !has_other_id(clients),
                    "the ID of a user, organization, session or machine is not a client"
                );
            }
            Self::Organization => {
                let can_have = is_session || is_oauth || matches!(token_type, TokenType::ApiKey);
                assert!(can_have, "only sessions, OAuth tokens and API keys have an organization");
            }
            Self::NotImpersonated => {
                assert!(
                    is_session || is_oauth,
                    "only sessions and OAuth tokens can be impersonated"
                );
            }
            Self::Jwt => {
                let has_two_forms = is_oauth || matches!(token_type, TokenType::M2mToken);
                assert!(has_two_forms, "only OAuth tokens and M2M tokens can be opaque or a JWT");
            }
            Self::All(parts) | Self::Any(parts) => {
                assert!(!parts.is_empty(), "an empty list of requirements");
                let mut rest = *parts;
                while let [part, tail @ ..] = rest {
                    assert!(!matches!(part, Self::None), "`None` stands alone, not in a list");
                    part.assert_sound(token_type, compared);
                    rest = tail;
                }
                let useless = self.useless_part(compared);
                if let Some(part) = useless {
                    let name = match part {
                        Self::Scope(scope) => ConstText::of(&["the scope `", scope, "`"]),
                        _ => ConstText::of(&["a condition"]),
                    };
                    let why = " is written twice, or never matters beside another; remove it";
                    let text = ConstText::of(&[name.as_str(), why]);
                    assert!(useless.is_none(), "{}", text.as_str());
                }
            }
        }
    }
}

/// Whether a role has the form of a permission: behind `org:`, it names a feature too.
const fn is_permission(role: &str) -> bool {
    let mut key = role.as_bytes();
    while let [b'o', b'r', b'g', b':', rest @ ..] = key {
        key = rest;
    }
    while let [letter, rest @ ..] = key {
        if *letter == b':' {
            return true;
        }
        key = rest;
    }
    false
}

/// How the IDs begin that Clerk gives to users, organizations, sessions and machines.
const OTHER_IDS: [&str; 4] = ["user_", "org_", "sess_", "mch_"];

/// Whether one of the clients is the ID of something else.
const fn has_other_id(clients: &[&str]) -> bool {
    let mut rest = clients;
    while let [client, tail @ ..] = rest {
        let mut prefixes: &[&str] = &OTHER_IDS;
        while let [prefix, others @ ..] = prefixes {
            if begins_with(client.as_bytes(), prefix.as_bytes()) {
                return true;
            }
            prefixes = others;
        }
        rest = tail;
    }
    false
}
