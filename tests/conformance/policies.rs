//! The words of a vector in, the policy or the question that means the same out.

use clerk_auth::{Identity, Policy, Verified, policy};
use serde_json::Value;

/// What a vector accepts.
pub(crate) fn accepting(accepts: &Value) -> Policy {
    const ACCEPTED: [(&str, Policy); 16] = [
        ("session_token", policy!(accepts = "session_token")),
        ("oauth_token", policy!(accepts = "oauth_token")),
        ("m2m_token", policy!(accepts = "m2m_token")),
        ("api_key", policy!(accepts = "api_key")),
        ("any", policy!(accepts = "any")),
        ("session_token oauth_token", policy!(accepts = ["session_token", "oauth_token"])),
        ("session_token m2m_token", policy!(accepts = ["session_token", "m2m_token"])),
        ("session_token api_key", policy!(accepts = ["session_token", "api_key"])),
        ("oauth_token m2m_token", policy!(accepts = ["oauth_token", "m2m_token"])),
        ("oauth_token api_key", policy!(accepts = ["oauth_token", "api_key"])),
        ("m2m_token api_key", policy!(accepts = ["m2m_token", "api_key"])),
        (
            "session_token oauth_token m2m_token",
            policy!(accepts = ["session_token", "oauth_token", "m2m_token"]),
        ),
        (
            "session_token oauth_token api_key",
            policy!(accepts = ["session_token", "oauth_token", "api_key"]),
        ),
        (
            "session_token m2m_token api_key",
            policy!(accepts = ["session_token", "m2m_token", "api_key"]),
        ),
        (
            "oauth_token m2m_token api_key",
            policy!(accepts = ["oauth_token", "m2m_token", "api_key"]),
        ),
        ("session_token oauth_token m2m_token api_key", policy!(accepts = "any")),
    ];
    let words = match accepts {
        Value::String(word) => word.clone(),
        list => {
            let words = list.as_array().unwrap().iter().map(|word| word.as_str().unwrap());
            words.collect::<Vec<_>>().join(" ")
        }
    };
    ACCEPTED.iter().find(|(accepted, _)| *accepted == words).unwrap_or_else(|| panic!("{words}")).1
}

/// Whether a caller meets what a vector asks by this text: `role org:admin`, or a name of the
/// table.
pub(crate) fn meets(asked: &str, verified: &Verified) -> bool {
    if let Some((_, policy)) = TABLE.iter().find(|(text, _)| *text == asked) {
        return verified.require(*policy).is_ok();
    }
    let Identity::Session(session) = verified.identity() else { return false };
    match asked.split_once(' ').unwrap() {
        ("role", name) => session.has_role(name),
        ("permission", name) => session.has_permission(name),
        ("feature", name) => session.has_feature(name),
        ("plan", name) => session.has_plan(name),
        _ => panic!("{asked}"),
    }
}

/// The same questions as policies: those that a policy alone can ask, and some of each kind.
const TABLE: [(&str, Policy); 24] = [
    ("role org:admin", policy!(role = "org:admin")),
    ("permission org:notes:read", policy!(permission = "org:notes:read")),
    ("feature notes", policy!(feature = "notes")),
    ("feature u:notes", policy!(feature = "u:notes")),
    ("plan pro", policy!(plan = "pro")),
    ("role and permission", policy!(role = "org:admin", permission = "org:notes:read")),
    ("role and plan", policy!(role = "org:admin", plan = "pro")),
    ("role and feature", policy!(role = "org:admin", feature = "notes")),
    ("feature and plan", policy!(feature = "notes", plan = "pro")),
    ("role and strict", policy!(role = "org:admin", reverification = "strict")),
    ("plan and lax", policy!(plan = "pro", reverification = "lax")),
    (
        "all five",
        policy!(
            role = "org:admin",
            permission = "org:notes:read",
            feature = "notes",
            plan = "pro",
            reverification = "strict"
        ),
    ),
    ("first_factor 5", policy!(reverification = first_factor(minutes = 5))),
    ("first_factor 10", policy!(reverification = first_factor(minutes = 10))),
    ("second_factor 5", policy!(reverification = second_factor(minutes = 5))),
    ("second_factor 10", policy!(reverification = second_factor(minutes = 10))),
    ("multi_factor 5", policy!(reverification = multi_factor(minutes = 5))),
    ("multi_factor 10", policy!(reverification = multi_factor(minutes = 10))),
    ("strict_mfa", policy!(reverification = "strict_mfa")),
    ("strict", policy!(reverification = "strict")),
    ("moderate", policy!(reverification = "moderate")),
    ("lax", policy!(reverification = "lax")),
    ("plan u:pro", policy!(plan = "u:pro")),
    ("role admin", policy!(role = "admin")),
];
