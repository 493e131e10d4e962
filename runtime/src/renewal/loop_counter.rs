//! Counts the redirects of one browser in a cookie, so that they end.

use http::HeaderMap;

use crate::request::cookie::find;

const NAME: &str = "__clerk_redirect_count";
/// So many redirects may follow each other.
const MOST: u8 = 3;
/// How long they count, in seconds: a slow return counts too.
const LIFE: u8 = 30;

/// The redirects so far. `None` if there were too many, and if the value is not one of ours: a value
/// that never grows would never end a loop.
pub(crate) fn read(headers: &HeaderMap) -> Option<u8> {
    let Some(value) = find(headers, NAME) else { return Some(0) };
    let is_decimal = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|count| is_decimal && *count < MOST)
}

/// The cookie that counts one redirect more.
pub(crate) fn count(redirects: u8, is_encrypted: bool) -> String {
    field(&(redirects + 1).to_string(), LIFE, is_encrypted)
}

/// The cookie that ends the count, in a browser that arrived.
pub(crate) fn removed(is_encrypted: bool) -> String {
    field("", 0, is_encrypted)
}

fn field(value: &str, life: u8, is_encrypted: bool) -> String {
    let secure = if is_encrypted { "; Secure" } else { "" };
    format!("{NAME}={value}; Path=/; SameSite=Lax; HttpOnly; Max-Age={life}{secure}")
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::COOKIE};

    use super::*;

    #[test]
    fn counter_is_a_plain_decimal_below_three() {
        for (value, expected) in [
            (None, Some(0)),
            (Some(""), Some(0)),
            (Some("0"), Some(0)),
            (Some("1"), Some(1)),
            (Some("02"), Some(2)),
            (Some("3"), None),
            (Some("4"), None),
            (Some("256"), None),
            (Some("-1"), None),
            (Some("+1"), None),
            (Some("1.0"), None),
            (Some("0x1"), None),
            (Some("1 "), Some(1)),
            (Some("%31"), Some(1)),
            (Some("x"), None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                let cookie = HeaderValue::from_str(&format!("{NAME}={value}")).unwrap();
                headers.insert(COOKIE, cookie);
            }
            assert_eq!(read(&headers), expected, "{value:?}");
        }
    }

    #[test]
    fn each_redirect_is_counted_for_thirty_seconds() {
        let cookie = count(1, true);
        let rest = "; Path=/; SameSite=Lax; HttpOnly; Max-Age=30; Secure";
        assert_eq!(cookie, format!("__clerk_redirect_count=2{rest}"));
        assert!(!count(1, false).contains("Secure"));
    }
}
