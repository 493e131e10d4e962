//! The text of `scopes` in, single scopes out, each in the grammar of RFC 6749.

use syn::LitStr;

use crate::errors::Errors;

/// Where a text stands that is one scope.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `["read:notes", "write:notes"]`
    List,
    /// `any("read:notes", "write:notes")`
    Group,
}

/// Splits `"read:notes write:notes"`: scopes with one space between them (RFC 6749, section 3.3).
/// What is wrong is reported and left out.
pub(crate) fn split(literal: &LitStr, errors: &mut Errors) -> Vec<LitStr> {
    let text = literal.value();
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        let help = "write `scopes = \"read:notes\"`, or remove `scopes`";
        errors.push(literal.span(), "`scopes` names no scope", help);
        return Vec::new();
    }
    let spaced = words.join(" ");
    if let Some(help) = group_in_text(&text) {
        errors.push(literal.span(), GROUP, &help);
        return Vec::new();
    }
    if let Some(without) = without_commas(&text) {
        let help = format!("write `scopes = {without:?}`");
        errors.push(literal.span(), COMMA, &help);
        return Vec::new();
    }
    if spaced != text {
        let help = format!("write `scopes = {spaced:?}`");
        errors.push(literal.span(), wrong_space(&text), &help);
    }
    words
        .into_iter()
        .filter(|word| is_well_formed(word, literal, errors))
        .map(|word| LitStr::new(word, literal.span()))
        .collect()
}

/// Whether the text is one scope; if not, that is reported.
pub(crate) fn is_member(literal: &LitStr, place: Place, errors: &mut Errors) -> bool {
    let text = literal.value();
    if text.trim().is_empty() {
        errors.push(literal.span(), "an empty string is no scope", "remove it");
        return false;
    }
    if let Some(without) = without_commas(&text) {
        let words: Vec<String> = without.split(' ').map(|word| format!("{word:?}")).collect();
        errors.push(literal.span(), COMMA, &format!("write `{}`", words.join(", ")));
        return false;
    }
    if text.contains(' ') {
        let words: Vec<String> = text.split_whitespace().map(|word| format!("{word:?}")).collect();
        let (message, help) = match (place, words.as_slice()) {
            (Place::Group, [word]) => ("a scope in a group has a space", format!("write `{word}`")),
            (Place::Group, words) => {
                let help = format!("write `all({})`", words.join(", "));
                ("a scope in a group has a space", help)
            }
            (Place::List, words) => {
                ("a scope in a list has a space", format!("write `{}`", words.join(", ")))
            }
        };
        errors.push(literal.span(), message, &help);
        return false;
    }
    is_well_formed(&text, literal, errors)
}

/// In a literal, these are nearly always a slip too.
const GROUP: &str = "a text holds scopes alone; a group stands outside of quotes";

/// `"a | b"`, `"a or b"` or `"any(a, b)"` → "write `any("a", "b")`"
fn group_in_text(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() || "|,()".contains(letter))
        .filter(|word| !word.is_empty())
        .collect();
    let is_sign = |word: &str| matches!(word, "&" | "&&" | "+");
    let has = |name: &str| words.iter().any(|word| word.eq_ignore_ascii_case(name));
    let is_call = |name: &str| text.trim_start().starts_with(&format!("{name}("));
    let all = is_call("all") || has("and") || words.iter().any(|word| is_sign(word));
    if !all && !is_call("any") && !has("or") && !text.contains('|') {
        return None;
    }
    let is_scope = |word: &&&str| {
        !is_sign(word)
            && !["and", "or", "any", "all"].iter().any(|it| word.eq_ignore_ascii_case(it))
    };
    let scopes: Vec<String> =
        words.iter().filter(is_scope).map(|word| format!("{word:?}")).collect();
    let kind = if all { "all" } else { "any" };
    Some(format!("write `scopes = {kind}({})`", scopes.join(", ")))
}

/// A comma is a letter like others in a scope, but in a literal it is nearly always a slip. Who has
/// such a scope names it by a constant.
const COMMA: &str = "scopes are separated by spaces, not by commas";

/// The scopes of a text with commas, separated by spaces; `None` where it has none.
fn without_commas(text: &str) -> Option<String> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    text.contains(',').then(|| words.collect::<Vec<_>>().join(" "))
}

fn wrong_space(text: &str) -> &'static str {
    if text.contains(|letter: char| letter.is_whitespace() && letter != ' ') {
        return "scopes are separated by a space, not by a tab or a line break";
    }
    if text.starts_with(' ') {
        return "`scopes` begins with a space";
    }
    if text.ends_with(' ') {
        return "`scopes` ends with a space";
    }
    "two spaces stand between scopes"
}

/// RFC 6749, section 3.3: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
fn is_well_formed(scope: &str, literal: &LitStr, errors: &mut Errors) -> bool {
    if scope.contains('*') {
        let message =
            format!("`*` is no wildcard: the scope `{}` is compared as it is", visible(scope));
        let help = "name each scope; one that has a `*` is named by a `const Scope`";
        errors.push(literal.span(), &message, help);
        return false;
    }
    let wrong = scope
        .chars()
        .enumerate()
        .find(|(_, letter)| !matches!(letter, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e'));
    let Some((index, letter)) = wrong else {
        return true;
    };
    let message = format!(
        "character {} of the scope `{}` is `{}`, which no scope may contain",
        index + 1,
        visible(scope),
        visible(letter.encode_utf8(&mut [0; 4])),
    );
    let help = "a scope is printable ASCII without space, `\"` and `\\`, such as `read:notes`";
    errors.push(literal.span(), &message, help);
    false
}

/// Control characters as escapes; all else as it is.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '"' | '\\' | '\'' => letter.to_string(),
            _ => letter.escape_debug().to_string(),
        })
        .collect()
}
