//! The payload of a JWT: what enters has a subject of its class, a time left, and permissions that
//! another reader finds too.

#![no_main]

use clerk_auth::{
    TokenType,
    fuzzing::{NOW, claims, permissions},
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|payload: &[u8]| {
    let classes = [
        (TokenType::SessionToken, "user_"),
        (TokenType::OAuthToken, "user_"),
        (TokenType::M2mToken, "mch_"),
    ];
    for (class, prefix) in classes {
        let Some(caller) = claims(class, payload) else { continue };
        assert_eq!(caller.token_type, class);
        assert!(caller.subject.len() > prefix.len() && caller.subject.starts_with(prefix));
        let sent: Value = serde_json::from_slice(payload).unwrap();
        assert_eq!(sent["sub"], caller.subject.as_str());
        assert_eq!(sent["iss"], "https://clerk.example.com");
        assert!((sent["exp"].as_f64().unwrap().trunc() as i64) * 1000 > NOW - 5000);
        assert!(caller.scopes.iter().all(|scope| !scope.is_empty()));
        if class == TokenType::SessionToken && sent["v"] == 2 {
            assert_eq!(caller.permissions, naive(&sent));
        }
    }
});

/// Each bit by itself, with numbers as text: slow, and of another kind than the decoder.
fn naive(sent: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (features, names, masks) =
        (text(&sent["fea"]), text(&sent["o"]["per"]), text(&sent["o"]["fpm"]));
    if names.is_empty() || masks.is_empty() || features.is_empty() {
        return Vec::new();
    }
    let decoded = permissions(&features, &names, &masks).unwrap_or_default();
    let items: Vec<&str> = features.split(',').map(str::trim).collect();
    if items.iter().any(|item| !item.contains(':')) {
        return Vec::new();
    }
    let of_organization = items.iter().filter_map(|item| {
        let (scope, feature) = item.split_once(':').unwrap();
        ["o", "ou", "uo"].contains(&scope).then_some(feature)
    });
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    let mut found = Vec::new();
    for (feature, mask) in of_organization.zip(masks.split(',')) {
        let mut digits: Vec<u8> = mask.trim().bytes().collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            continue;
        }
        for name in &names {
            // Halve the decimal number; what is left over is the bit.
            let mut rest = 0;
            for digit in &mut digits {
                let value = rest * 10 + (*digit - b'0');
                *digit = b'0' + value / 2;
                rest = value % 2;
            }
            if rest == 1 {
                found.push(format!("org:{feature}:{name}"));
            }
        }
    }
    assert_eq!(found, decoded);
    found
}
