//! Names that another reader of the same JSON takes for names of ours.

use crate::token::json::Object;

/// In JavaScript, a copy of an object inherits the members of this one.
const INHERITED: &str = "__proto__";

/// Whether another reader could see other members in `object`: one that it takes for a member of
/// `known`, two that it takes for the same, or inherited ones.
pub(crate) fn is_ambiguous(object: &Object<'_>, known: &[&str]) -> bool {
    let mut others: Vec<String> = Vec::new();
    for name in object.names().filter(|name| !known.contains(name)) {
        if name == INHERITED || known.iter().any(|known| is_same(name, known)) {
            return true;
        }
        others.push(folded(name).collect());
    }
    others.sort_unstable();
    others.windows(2).any(|pair| matches!(pair, [one, other] if one == other))
}

/// Whether some reader takes one text for the other.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

/// A name as the most forgiving reader sees it: two names that any of them takes for the same are
/// equal here.
///
/// - Simple case folding, with `ſ` for `s` and the Kelvin sign for `k` (Go, `encoding/json`).
///   Lower, upper and lower case again joins whatever one of these mappings joins.
/// - `İ` and `ı` for `i` (Java, `equalsIgnoreCase`). The lower case of `İ` is `i` and U+0307.
/// - Without `_` and `-` (Go, `encoding/json/v2`).
/// - To the first U+0000 (a C string).
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars()
        .take_while(|letter| *letter != '\0')
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .filter(|letter| !matches!(letter, '_' | '-' | '\u{307}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_some_reader_takes_for_the_same_are_equal() {
        let table = [
            ("method", "METHOD"),
            ("params", "param\u{17f}"),
            ("tasK", "tas\u{212a}"),
            ("id", "\u{131}D"),
            ("id", "\u{130}d"),
            ("requestState", "REQUE\u{fb06}STATE"),
            ("inputResponses", "input_responses"),
            ("name", "na-me"),
            ("name", "name\0x"),
            ("\u{df}", "\u{1e9e}"),
            ("\u{3b8}", "\u{3f4}"),
            ("\u{e5}", "\u{212b}"),
        ];
        for (one, other) in table {
            assert!(folded(one).eq(folded(other)), "{one:?} {other:?}");
        }
        for (one, other) in
            [("name", "names"), ("name", "n\u{e4}me"), ("id", "ld"), ("a", "\u{430}")]
        {
            assert!(folded(one).ne(folded(other)), "{one:?} {other:?}");
        }
    }

    #[test]
    fn each_letter_equals_its_other_cases() {
        // All letters with case are in the first two planes.
        for letter in '\0'..='\u{1ffff}' {
            let name = letter.to_string();
            assert!(folded(&name).eq(folded(&name.to_lowercase())), "{letter:?}");
            assert!(folded(&name).eq(folded(&name.to_uppercase())), "{letter:?}");
        }
    }
}
