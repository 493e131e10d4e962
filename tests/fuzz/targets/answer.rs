//! Clerk's answer about an opaque token: it approves only if each member says so.

#![no_main]

use clerk_auth::{
    TokenType,
    fuzzing::{NOW, answer},
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let classes = [
        (TokenType::OAuthToken, "clerk_idp_oauth_access_token", 1000),
        (TokenType::M2mToken, "machine_to_machine_token", 1),
        (TokenType::ApiKey, "api_key", 1),
    ];
    for (class, object, unit) in classes {
        let Some(caller) = answer(class, body) else { continue };
        assert_eq!(caller.token_type, class);
        let sent: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(sent["object"], object);
        assert_eq!(
            (&sent["revoked"], &sent["expired"]),
            (&Value::Bool(false), &Value::Bool(false))
        );
        assert!(sent["active"].is_null() || sent["active"] == true);
        assert_eq!(sent["subject"], caller.subject.as_str());
        assert!(!sent["id"].as_str().unwrap().is_empty());
        let end = &sent["expiration"];
        assert!(end.is_null() || (end.as_f64().unwrap() as i64).saturating_mul(unit) > NOW);
    }
});
