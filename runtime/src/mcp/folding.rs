//! Names that another reader of the same JSON takes for names of ours.

use crate::token::json::Object;

/// In JavaScript, a copy of an object inherits the members of this one.
const INHERITED: &str = "__proto__";

/// Whether another reader could see other members in `object`: one that it takes for a member of
/// `known` or for a path to one, two that it takes for the same, or inherited ones.
pub(crate) fn is_ambiguous(object: &Object<'_>, known: &[&str]) -> bool {
    let mut others: Vec<String> = Vec::new();
    for name in object.names().filter(|name| !known.contains(name)) {
        let is_taken_for = |known: &&str| is_same(name, known);
        if name == INHERITED || !is_plain(name) || known.iter().any(is_taken_for) {
            return true;
        }
        others.push(folded(name).collect());
    }
    others.sort_unstable();
    others.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}

/// Whether a name is letters, digits, `_` and `-`, as all names of JSON-RPC and MCP are.
///
/// - A letter beyond ASCII can be another case of one in it, such as `ſ` and the Kelvin sign (Go,
///   `encoding/json`), and other characters can count as nothing (ICU collation).
/// - A name can end at U+0000 (a C string) or at a space.
/// - `params.name` can be read in place of the `name` in `params` (lodash `get`, Laravel `Arr::get`).
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Whether some reader takes one ASCII text for the other.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

/// An ASCII text as the most forgiving reader sees it: without case (Go, `encoding/json`), `_` and
/// `-` (Go, `encoding/json/v2`).
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .map(|letter| letter.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["name", "_meta", "requestState"];

    fn ambiguous(names: &[&str]) -> bool {
        let members: Vec<_> = names.iter().map(|name| format!("\"{name}\":1")).collect();
        is_ambiguous(&Object::parse_text(&format!("{{{}}}", members.join(","))).unwrap(), &KNOWN)
    }

    #[test]
    fn names_that_no_reader_takes_for_another_are_accepted() {
        for names in [
            &[][..],
            &["name", "_meta", "requestState"],
            &["names", "nam", "x-name", "name2", "x", "y_z", ""],
        ] {
            assert!(!ambiguous(names), "{names:?}");
        }
    }

    #[test]
    fn names_that_some_reader_takes_for_another_are_rejected() {
        for names in [
            &["NAME"][..],
            &["na-me"],
            &["meta"],
            &["request_state"],
            &["x", "X"],
            &["y_z", "yz"],
            &["__proto__"],
        ] {
            assert!(ambiguous(names), "{names:?}");
        }
    }

    #[test]
    fn name_with_another_character_than_those_of_mcp_is_rejected() {
        for byte in (0x21..0x7f_u8).filter(|byte| !b"\"\\_-".contains(byte)) {
            let name = format!("x{}y", char::from(byte));
            assert_eq!(ambiguous(&[&name]), !byte.is_ascii_alphanumeric(), "{name}");
        }
        for name in
            ["name ", "\u{200b}name", "n\u{e4}me", "\u{ff4e}ame", "tas\u{212a}", "nam\u{e9}"]
        {
            assert!(ambiguous(&[name]), "{name}");
        }
    }
}
