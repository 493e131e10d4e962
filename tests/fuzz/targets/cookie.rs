//! Cookie fields, one a line: a session token comes only out of a session cookie.

#![no_main]

use clerk_auth::fuzzing::cookie;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let fields: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    for production in [true, false] {
        let Ok(Some(token)) = cookie(&fields, production) else { continue };
        assert!(!token.is_empty());
        // Somebody is signed in, and in development the browser is known.
        let has = |name: &[u8]| data.windows(name.len()).any(|window| window == name);
        assert!(has(b"__session") && has(b"__client_uat"));
        assert!(production || has(b"__clerk_db_jwt"));
    }
});
