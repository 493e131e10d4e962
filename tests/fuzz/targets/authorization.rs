//! Fields of a request, one a line: read in one way, or refused.

#![no_main]

use clerk_auth::fuzzing::authorization;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let fields: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let Ok(Some(token)) = authorization(&fields) else { return };
    // A token is one run of visible ASCII, and stands at the end of the only field.
    assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    let valid =
        |field: &&[u8]| !field.iter().any(|byte| *byte < b' ' && *byte != b'\t' || *byte == 127);
    let presented: Vec<&[u8]> = fields.into_iter().filter(valid).collect();
    assert_eq!(presented.len(), 1);
    let field = presented[0].trim_ascii();
    assert!(field[..7].eq_ignore_ascii_case(b"Bearer ") && field.ends_with(token.as_bytes()));
});
