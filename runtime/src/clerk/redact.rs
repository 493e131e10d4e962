//! Decides which values of settings an error may print.

/// Prefixes of Clerk's secrets and tokens, marks of keys, and the start of a JWT. They count at any
/// place: a value can hold a secret beside other text.
const SECRET_MARKS: [&str; 13] = [
    "sk_",
    "ak_",
    "oat_",
    "mt_",
    "whsec_",
    "live_",
    "test_",
    "dvb_",
    "eyj",
    "bearer ",
    "basic ",
    "private key",
    "-----begin",
];
const LONGEST: usize = 120;
/// Random text of this length can be a secret without a prefix.
const RANDOM: usize = 16;

/// The value in quotes, or a placeholder if it could be a secret. No part of such a value is shown.
pub(crate) fn quote(value: &str) -> String {
    if may_be_shown(value) {
        format!("{value:?}")
    } else {
        "the value (not shown: it could be a secret)".to_owned()
    }
}

/// `; write "…"` with a value that is right, if it may be shown.
pub(super) fn suggest(value: &str) -> String {
    let good = !value.is_empty() && may_be_shown(value);
    if good { format!("; write {value:?}") } else { String::new() }
}

pub(super) fn may_be_shown(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let marked = SECRET_MARKS.iter().any(|mark| lower.contains(mark));
    // User info of a URL can hold a password, and its query a token.
    let (before, after) = value.split_once(['?', '#']).unwrap_or((value, ""));
    let structured = value.contains("://") || value.contains('.');
    let random = |part: &str| part.len() >= RANDOM && is_mixed(part);
    let separators = |character: char| !character.is_ascii_alphanumeric() && character != '_';
    value.len() <= LONGEST
        && !marked
        // `%` can write the `@` and the `:` of user info.
        && !value.contains(['@', '%'])
        && after.is_empty()
        && !value.split(is_list).any(holds_password)
        && !before.split(separators).any(random)
        && (structured || !random(value))
}

/// Whether a character separates the entries of a list.
fn is_list(character: char) -> bool {
    character.is_whitespace() || ",\"'`".contains(character)
}

/// Whether something else than a port follows a host: the start of a password, if its `@` is
/// missing or stands behind a comma, or if its URL lacks the scheme.
fn holds_password(entry: &str) -> bool {
    let schemes = usize::from(entry.contains("://"));
    entry.split("://").skip(schemes).any(|behind_scheme| {
        let authority = behind_scheme.trim_start_matches('/').split('/').next();
        let host = authority.and_then(|it| it.rsplit(']').next()).unwrap_or_default();
        host.split_once(':')
            .is_some_and(|(_, port)| port != "*" && !port.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Letters and digits, or both cases of letters: words have neither.
fn is_mixed(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    lower && upper || (lower || upper) && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_that_could_be_a_secret_is_not_shown() {
        for secret in [
            "sk_test_a",
            "SK_LIVE_A",
            "\"sk_live_a\"",
            "https://sk_live_a.example.com",
            "https://a.example/ak_1",
            "x, oat_1",
            "mt_1",
            "whsec_1",
            "live_a",
            "test_a",
            "-----BEGIN PRIVATE KEY-----",
            "PRIVATE KEY",
            "-----begin rsa private key-----",
            "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
            "Bearer abc",
            "Basic abc",
            "https://user:word@example.com",
            "https://word@example.com",
            "https://ada:word",
            "https://ada:pass%40word",
            "https://ada:1word/",
            "[\"https://a.example\",\"https://ada:word\"]",
            "ada:word",
            "//ada:word",
            "ada:word%40redis.example.com:6379",
            "https://a.example,ada:word",
            "ada:word,https://a.example",
            "https%3A%2F%2Fada%3Aword%40example.com",
            "https://ada%3Aword.example.com",
            "https://example.com?token=a",
            "https://example.com#a",
            "4f3e2d1c0b9a88776655443322110fed",
            "https://4f3e2d1c0b9a88776655443322110fed.example.com",
            "hWgT3aNj-RxVlKoG",
            "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA",
            &"a".repeat(121),
        ] {
            assert!(!may_be_shown(secret), "{secret}");
            let (shown, advice) = (quote(secret), suggest(secret));
            assert_eq!(shown, "the value (not shown: it could be a secret)");
            assert_eq!(advice, "", "{secret}");
        }
    }

    #[test]
    fn value_of_a_public_setting_is_shown_and_escaped() {
        for public in [
            "https://*.example.com",
            "https://app.example.com:443",
            "https://App.Example.com/path/",
            "http://localhost:3000",
            "http://localhost:*",
            "http://[::1]:3000",
            "[\"http://localhost:3000\",\"https://a.example\"]",
            "https://a.example:443,https://b.example:8443/",
            "app.example.com",
            "https://notes-git-a-long-branch-name-2-team.vercel.app",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            "https://happy-cat-12.clerk.accounts.dev/.well-known/jwks.json",
            "[\"https://a.example\"]",
            "3f2b8c1e-5d4a-4f6b-9a7c-0e1d2c3b4a59.example",
            "https://a.example?",
            "null",
            "",
        ] {
            assert_eq!(quote(public), format!("{public:?}"));
        }
        assert_eq!(quote("a\n\u{feff}b"), "\"a\\n\\u{feff}b\"");
        assert_eq!(suggest("https://a.example"), "; write \"https://a.example\"");
    }
}
