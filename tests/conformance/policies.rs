//! The words of a vector in, the policy that means the same out.

use clerk_auth::{Policy, policy};
use serde_json::Value;

/// What a vector accepts.
pub(crate) fn accepting(accepts: &Value) -> &'static Policy {
    const TABLE: [(&str, &Policy); 16] = [
        ("session_token", &policy!(accepts = "session_token")),
        ("oauth_token", &policy!(accepts = "oauth_token")),
        ("m2m_token", &policy!(accepts = "m2m_token")),
        ("api_key", &policy!(accepts = "api_key")),
        ("any", &policy!(accepts = "any")),
        ("session_token oauth_token", &policy!(accepts = ["session_token", "oauth_token"])),
        ("session_token m2m_token", &policy!(accepts = ["session_token", "m2m_token"])),
        ("session_token api_key", &policy!(accepts = ["session_token", "api_key"])),
        ("oauth_token m2m_token", &policy!(accepts = ["oauth_token", "m2m_token"])),
        ("oauth_token api_key", &policy!(accepts = ["oauth_token", "api_key"])),
        ("m2m_token api_key", &policy!(accepts = ["m2m_token", "api_key"])),
        (
            "session_token oauth_token m2m_token",
            &policy!(accepts = ["session_token", "oauth_token", "m2m_token"]),
        ),
        (
            "session_token oauth_token api_key",
            &policy!(accepts = ["session_token", "oauth_token", "api_key"]),
        ),
        (
            "session_token m2m_token api_key",
            &policy!(accepts = ["session_token", "m2m_token", "api_key"]),
        ),
        (
            "oauth_token m2m_token api_key",
            &policy!(accepts = ["oauth_token", "m2m_token", "api_key"]),
        ),
        ("session_token oauth_token m2m_token api_key", &policy!(accepts = "any")),
    ];
    let words = match accepts {
        Value::String(word) => word.clone(),
        list => {
            let words = list.as_array().unwrap().iter().map(|word| word.as_str().unwrap());
            words.collect::<Vec<_>>().join(" ")
        }
    };
    TABLE.iter().find(|(accepted, _)| *accepted == words).unwrap_or_else(|| panic!("{words}")).1
}

/// What a vector asks of a session.
pub(crate) const CONDITIONS: [(&str, Policy); 22] = [
    ("role org:admin", policy!(role = "org:admin")),
    ("role admin", policy!(role = "admin")),
    ("role org:editor", policy!(role = "org:editor")),
    ("permission org:notes:read", policy!(permission = "org:notes:read")),
    ("permission org:notes:edit", policy!(permission = "org:notes:edit")),
    ("feature notes", policy!(feature = "notes")),
    ("feature o:notes", policy!(feature = "o:notes")),
    ("feature u:notes", policy!(feature = "u:notes")),
    ("plan pro", policy!(plan = "pro")),
    ("plan u:pro", policy!(plan = "u:pro")),
    ("role and permission", policy!(role = "org:admin", permission = "org:notes:read")),
    ("role and plan", policy!(role = "org:admin", plan = "pro")),
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
];
