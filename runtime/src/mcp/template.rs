//! URI templates in policies, and the URIs that they match.

/// Panics if the template has another form than [`Policies::resources`] describes, or no URI can
/// match it.
///
/// [`Policies::resources`]: super::Policies::resources
#[track_caller]
pub(crate) const fn check(template: &str) {
    assert!(has_scheme(template.as_bytes()), "a resource starts with a scheme, such as `notes:`");
    let mut bytes = template.as_bytes();
    let mut before = b':';
    while let [byte, rest @ ..] = bytes {
        bytes = rest;
        if *byte == b'{' {
            assert!(!is_unreserved(before) && before != b'}', "a variable must be a whole segment");
            let mut length = 0;
            while let [byte, rest @ ..] = bytes {
                bytes = rest;
                if *byte == b'}' {
                    break;
                }
                assert!(
                    byte.is_ascii_alphanumeric() || *byte == b'_',
                    "a variable is letters, digits and `_`; no other expression is supported"
                );
                length += 1;
                assert!(!rest.is_empty(), "a variable is not closed");
            }
            assert!(length > 0, "a variable has no name");
            before = b'}';
        } else {
            assert!(is_of_uri(*byte), "a resource has a character that no URI can have");
            assert!(!is_unreserved(*byte) || before != b'}', "a variable must be a whole segment");
            before = *byte;
        }
    }
}

const fn has_scheme(mut uri: &[u8]) -> bool {
    let mut length = 0;
    while let [byte, rest @ ..] = uri {
        match byte {
            b':' => return length > 0,
            b'a'..=b'z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if length > 0 => {}
            _ => return false,
        }
        length += 1;
        uri = rest;
    }
    false
}

/// RFC 3986 §2.3.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// RFC 3986 §2.
const fn is_of_uri(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(byte, b':' | b'/' | b'?' | b'#' | b'[' | b']' | b'@' | b'!' | b'$' | b'&')
        || matches!(byte, b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b'%')
}

/// Whether a template matches the bytes of a URI.
pub(crate) fn matches(template: &str, uri: &str) -> bool {
    matches_with_case_until(0, template, uri)
}

/// Whether a template matches the URI, or another URI that some reader takes for the same: case
/// does not count in a scheme and an authority (RFC 3986 §6.2.2.1).
pub(crate) fn touches(template: &str, uri: &str) -> bool {
    matches_with_case_until(end_of_authority(uri), template, uri)
}

/// Whether a template matches a URI for a reader without any case, and for one to whom the slashes
/// before an authority do not count (WHATWG URL), or a missing authority and a port (RFC 8089 §2,
/// RFC 3986 §6.2.3).
pub(crate) fn resembles(template: &str, uri: &str) -> bool {
    let is_same = |template, uri: &str| matches_with_case_until(uri.len(), template, uri);
    let (template_scheme, template) = template.split_once(':').unwrap_or_default();
    let (scheme, uri) = uri.split_once(':').unwrap_or_default();
    let (template_host, template_path) = host_and_path(template);
    let (host, path) = host_and_path(uri);
    let is_same_host = template_host.is_empty() || host.is_empty() || is_same(template_host, host);
    template_scheme.eq_ignore_ascii_case(scheme)
        && (is_same_host && is_same(template_path, path)
            || is_same(without_slashes(template), without_slashes(uri)))
}

fn without_slashes(rest: &str) -> &str {
    rest.trim_start_matches('/')
}

/// The authority without its port, and the path without the slash that it begins with.
fn host_and_path(rest: &str) -> (&str, &str) {
    let Some(rest) = rest.strip_prefix("//") else { return ("", without_slashes(rest)) };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (authority.split(':').next().unwrap_or_default(), without_slashes(path))
}

/// `folded` is how many bytes of the URI are compared without case.
fn matches_with_case_until(folded: usize, template: &str, uri: &str) -> bool {
    let (mut template, mut rest) = (template.as_bytes(), uri.as_bytes());
    loop {
        match (template, rest) {
            ([], rest) => return rest.is_empty(),
            ([b'{', tail @ ..], _) => {
                let name = tail.iter().take_while(|byte| **byte != b'}').count();
                template = tail.get(name + 1..).unwrap_or_default();
                let length = rest.iter().take_while(|byte| is_unreserved(**byte)).count();
                let (value, tail) = rest.split_at(length);
                if matches!(value, b"" | b"." | b"..") {
                    return false;
                }
                rest = tail;
            }
            ([literal, template_tail @ ..], [byte, tail @ ..]) => {
                let is_folded = uri.len() - rest.len() < folded;
                if literal != byte && !(is_folded && literal.eq_ignore_ascii_case(byte)) {
                    return false;
                }
                (template, rest) = (template_tail, tail);
            }
            ([_, ..], []) => return false,
        }
    }
}

/// Where the path of a URI begins.
fn end_of_authority(uri: &str) -> usize {
    let scheme = uri.find(':').map_or(0, |colon| colon + 1);
    let rest = uri.get(scheme..).unwrap_or_default();
    let Some(authority) = rest.strip_prefix("//") else { return scheme };
    let end = authority.find(['/', '?', '#', '\\']).unwrap_or(authority.len());
    scheme + 2 + end
}

/// Whether two readers can see different resources in a URI that no template matches: it has a dot
/// segment, an empty segment, parameters of a segment, user info, a port (which can be the default
/// one), a host that ends with a dot, a query, a fragment, or a character other than the delimiters
/// and the unreserved ones of RFC 3986.
pub(crate) fn is_malformed(uri: &str) -> bool {
    let (head, path) = uri.split_at_checked(end_of_authority(uri)).unwrap_or_default();
    let authority = head.split_once("//").map_or("", |(_, authority)| authority);
    let is_dots = |segment: &str| matches!(segment, "" | "." | "..");
    let is_open = |byte| !is_of_uri(byte) || matches!(byte, b'%' | b'@' | b'?' | b'#' | b';');
    !has_scheme(uri.to_ascii_lowercase().as_bytes())
        || uri.bytes().any(is_open)
        || authority.contains(':')
        || authority.ends_with('.')
        || path.strip_prefix('/').unwrap_or(path).split('/').any(is_dots)
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn template_matches_whole_segments_of_unreserved_characters() {
        let table = [
            ("notes:///list", "notes:///list", true),
            ("notes:///list", "notes:///List", false),
            ("notes:///list", "notes:///list/", false),
            ("notes:///list", "notes:///lis", false),
            ("notes:///list", "notes:///list?", false),
            ("notes:///list", "NOTES:///list", false),
            ("notes:///{id}", "notes:///7", true),
            ("notes:///{id}", "notes:///a-b_c.d~E", true),
            ("notes:///{id}", "notes:///...", true),
            ("notes:///{id}", "notes:///", false),
            ("notes:///{id}", "notes:///.", false),
            ("notes:///{id}", "notes:///..", false),
            ("notes:///{id}", "notes:///a/b", false),
            ("notes:///{id}", "notes:///a/", false),
            ("notes:///{id}", "notes:////a", false),
            ("notes:///{id}", "notes:///a%2fb", false),
            ("notes:///{id}", "notes:///%2e%2e", false),
            ("notes:///{id}", "notes:///a\\b", false),
            ("notes:///{id}", "notes:///a?b", false),
            ("notes:///{id}", "notes:///a#b", false),
            ("notes:///{id}", "notes://host/a", false),
            ("notes:///{id}", "notes://user@/a", false),
            ("notes:///{id}", "notes:///a:b", false),
            ("notes:///{id}", "notes:///a b", false),
            ("notes:///{id}", "notes:///\u{e4}", false),
            ("notes:///{id}", "notes:///a\0", false),
            ("notes:///{id}", "notes:///{id}", false),
            ("notes://{user}/{id}/text", "notes://ada/7/text", true),
            ("notes://{user}/{id}/text", "notes://ada/7/", false),
            ("notes://{user}/{id}/text", "notes://ada/text", false),
            ("notes://{user}/{id}/text", "notes://a@b/7/text", false),
            ("notes:///?q={word}", "notes:///?q=milk", true),
            ("notes:///?q={word}", "notes:///?q=a&q=b", false),
            ("file:///a%20b/{x}", "file:///a%20b/c", true),
            ("file:///a%20b/{x}", "file:///a b/c", false),
            ("urn:note:{id}", "urn:note:7", true),
            ("urn:note:{id}", "urn:note:7:8", false),
            ("notes:///{a}/{b}", "notes:///1/2", true),
            ("notes:///{a}/{b}", "notes:///1//2", false),
            ("notes:///{a}/{b}", "notes:///../2", false),
        ];
        for (template, uri, expected) in table {
            check(template);
            assert_eq!(matches(template, uri), expected, "{template}: {uri}");
        }
    }

    #[test]
    fn case_of_scheme_and_authority_does_not_evade_an_entry() {
        let table = [
            ("notes://admin/{id}", "notes://ADMIN/7", true),
            ("notes://admin/{id}", "Notes://admin/7", true),
            ("notes://admin/x", "notes://admin/X", false),
            ("notes:///secret", "NOTES:///secret", true),
            ("notes:///secret", "notes:///SECRET", false),
            ("urn:note:x", "URN:note:x", true),
            ("urn:note:x", "urn:NOTE:x", false),
        ];
        for (template, uri, expected) in table {
            assert_eq!(touches(template, uri), expected, "{template}: {uri}");
            assert!(!matches(template, uri), "{template}: {uri}");
            assert!(resembles(template, uri), "{template}: {uri}");
        }
    }

    #[test]
    fn other_authority_does_not_evade_an_entry_for_any_reader() {
        let table = [
            ("file:///a/b", "file:/a/b", true),
            ("file:///a/b", "file:a/b", true),
            ("file:///a/b", "file://localhost/a/b", true),
            ("file:///a/b", "File://other/A/b", true),
            ("notes:///{id}", "notes://x/7", true),
            ("notes:/a", "notes:///a", true),
            ("notes://admin/a", "notes:/admin/a", true),
            ("notes://admin/a", "notes:admin/a", true),
            ("notes://admin/a", "notes:///admin/a", true),
            ("notes://admin/a", "notes:/a", true),
            ("notes://{user}/a", "notes:ada/a", true),
            ("notes://admin/a", "notes://ada/a", false),
            ("notes:///a", "notes://a", true),
            ("notes://admin:443/a", "notes://admin/a", true),
            ("notes:///a", "notes://x/b", false),
            ("notes:///a", "file:///a", false),
            ("urn:a:b", "urn:a:c", false),
        ];
        for (template, uri, expected) in table {
            check(template);
            assert_eq!(resembles(template, uri), expected, "{template}: {uri}");
        }
    }

    #[test]
    fn uri_with_two_readings_is_malformed() {
        for uri in [
            "",
            "notes",
            "/notes",
            ":x",
            "1n:x",
            "n\u{f6}tes:x",
            "notes:",
            "notes:///",
            "notes:///a/",
            "notes:///a//b",
            "notes:////a",
            "notes:///.",
            "notes:///a/../b",
            "notes:///a/.",
            "notes:..",
            "notes:///%61",
            "notes:///a\\b",
            "notes:\\\\a",
            "notes://user@host/a",
            "notes:///a@b",
            "notes:///a?b",
            "notes:///a?",
            "notes:///a#",
            "notes:///a b",
            "notes:///a\n",
            "notes:///\u{e4}",
            "notes:///{id}",
            "notes:///a|b",
            "notes:///a;b=c",
            "notes:a;",
            "https://host:443/a",
            "https://host:/a",
            "https://host./a",
        ] {
            assert!(is_malformed(uri), "{uri}");
        }
        for uri in ["notes:///a", "NOTES://Host/a/b.c", "urn:a:b", "a+b:c", "notes://host/a:b=c"] {
            assert!(!is_malformed(uri), "{uri}");
        }
    }

    #[test]
    fn template_that_can_never_match_is_rejected() {
        for template in [
            "",
            "notes",
            "{scheme}:///a",
            "Notes:///a",
            ":///a",
            "notes:///{}",
            "notes:///{id",
            "notes:///{",
            "notes:///id}",
            "notes:///{{id}}",
            "notes:///{+path}",
            "notes:///{path*}",
            "notes:///{path:3}",
            "notes:///{a,b}",
            "notes://{?q}",
            "notes:///{a}{b}",
            "notes:///{a}.json",
            "notes:///note-{a}",
            "notes:///a b",
            "notes:///\u{e4}",
            "notes:///a\\b",
        ] {
            assert!(catch_unwind(|| check(template)).is_err(), "{template}");
        }
    }

    fn segment() -> impl Strategy<Value = String> {
        "[A-Za-z0-9._~-]{1,12}".prop_filter("dot segment", |it| !matches!(&**it, "." | ".."))
    }

    proptest! {
        #[test]
        fn values_without_delimiters_always_match(one in segment(), other in segment()) {
            let uri = format!("notes://{one}/x/{other}");
            prop_assert_eq!(matches("notes://{a}/x/{b}", &uri), true);
        }

        #[test]
        fn other_values_never_match(value in "[ -~]{0,12}|\\PC{0,6}") {
            let is_segment = !matches!(&*value, "" | "." | "..")
                && value.bytes().all(is_unreserved);
            let uri = format!("notes:///{value}/x");
            prop_assert_eq!(matches("notes:///{a}/x", &uri), is_segment);
        }

        #[test]
        fn what_matches_is_also_touched_and_not_malformed(uri in "[a-c]{1,2}:[/a-cA-C.%@?#\\\\]{0,8}") {
            for template in ["a:{x}", "a:/{x}", "a:///{x}", "b://{x}/{y}", "a:/{x}/{y}"] {
                check(template);
                if matches(template, &uri) {
                    prop_assert!(touches(template, &uri) && !is_malformed(&uri));
                }
            }
        }

        #[test]
        fn nothing_panics(template in "\\PC{0,12}", uri in "\\PC{0,12}") {
            let _ = (touches(&template, &uri), is_malformed(&uri));
        }
    }
}
