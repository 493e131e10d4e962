//! A token's text: it has one class, and one text has one meaning.

#![no_main]

use clerk_auth::{TokenType, fuzzing::token};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Some((token_type, same)) = token(text) else { return };
    assert!(text.len() <= 16 * 1024);
    let prefixes =
        [("mt_", TokenType::M2mToken), ("oat_", TokenType::OAuthToken), ("ak_", TokenType::ApiKey)];
    let by_prefix = prefixes.into_iter().find(|(prefix, _)| text.starts_with(prefix.as_bytes()));
    match same {
        // What was decoded and encoded again is what was sent: no second text means the same.
        Some(same) => {
            assert_eq!(same.as_bytes(), text);
            assert!(by_prefix.is_none() && token_type != TokenType::ApiKey);
        }
        None => assert_eq!(by_prefix.map(|(_, named)| named), Some(token_type)),
    }
});
