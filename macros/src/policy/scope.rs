//! The text of `scopes` in, single scopes out, each in the grammar of RFC 6749.

use syn::LitStr;

use crate::{
    args::{
        keyword::Keyword,
        tree::{Around, GroupKind},
    },
    condition::Condition,
    errors::Errors,
    suggest::{foreign, foreign_sign},
};

const SCOPES: Keyword = Keyword::Condition(Condition::Scopes);

/// Splits `"read:notes write:notes"`: scopes with one space between them (RFC 6749, section 3.3).
/// What is wrong is reported and left out.
pub(crate) fn split(literal: &LitStr, errors: &mut Errors) -> Vec<LitStr> {
    let text = literal.value();
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        let help = "name the scope that a caller must have, such as `scopes = \"read:notes\"`";
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
pub(crate) fn is_member(literal: &LitStr, around: Around, errors: &mut Errors) -> bool {
    let text = literal.value();
    if text.trim().is_empty() {
        errors.push(literal.span(), "an empty string is not a scope", "remove it");
        return false;
    }
    if let Some(without) = without_commas(&text) {
        errors.push(literal.span(), COMMA, &around.write_all(SCOPES, &quoted_words(&without)));
        return false;
    }
    if text.contains(' ') {
        let what = if matches!(around, Around::List) { "list" } else { "group" };
        let message = format!("a scope in a {what} has a space");
        errors.push(literal.span(), &message, &around.write_all(SCOPES, &quoted_words(&text)));
        return false;
    }
    is_well_formed(&text, literal, errors)
}

fn quoted_words(text: &str) -> Vec<String> {
    text.split_whitespace().map(|word| format!("{word:?}")).collect()
}

/// In a literal, these are nearly always a slip too.
const GROUP: &str = "a text holds scopes alone; a group stands outside of quotes";

/// `"a | b"`, `"a or b"` or `"any(a, b)"` → "write `any("a", "b")`". Of a text that mixes groups,
/// nothing is repeated: each scope alone would be enough then.
fn group_in_text(text: &str) -> Option<String> {
    let spaced =
        text.replace('(', " ( ").replace(')', " ) ").replace(',', " , ").replace('|', " | ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let is = |names: &'static [&str]| {
        move |word: &&str| names.iter().any(|name| word.eq_ignore_ascii_case(name))
    };
    let (is_any, is_all) = (is(&["|", "or"]), is(&["&", "&&", "+", "and"]));
    let called = match words.as_slice() {
        [name, "(", members @ .., ")"] => GroupKind::from_name(name).map(|kind| (kind, members)),
        _ => None,
    };
    let (kind, members) = match called {
        Some(called) => called,
        None if words.iter().any(&is_all) => (GroupKind::All, words.as_slice()),
        None if words.iter().any(&is_any) => (GroupKind::Any, words.as_slice()),
        None if ["any(", "all("].iter().any(|call| text.contains(call)) => {
            return Some("write the group without the quotes around it".to_owned());
        }
        None => return None,
    };
    let is_separator =
        |word: &&str| is_any(word) || is_all(word) || *word == "," && called.is_some();
    let is_wrong = |word: &&str| match kind {
        GroupKind::Any => is_all(word) || "(),".contains(*word) && !is_separator(word),
        GroupKind::All => is_any(word) || "()".contains(*word),
    };
    let alternates =
        members.iter().enumerate().all(|(index, word)| is_separator(word) == (index % 2 == 1));
    let is_plain = !members.iter().any(is_wrong) && (alternates || kind == GroupKind::All);
    let scopes = members.iter().filter(|word| !is_separator(word));
    let scopes: Vec<String> = scopes.map(|word| format!("{word:?}")).collect();
    if !is_plain || scopes.len() < 2 {
        return Some("write the group without the quotes around it".to_owned());
    }
    Some(format!("write `scopes = {}({})`", kind.name(), scopes.join(", ")))
}

/// A comma is a letter like others in a scope, but in a literal it is nearly always a slip. Who has
/// such a scope names it by a constant.
const COMMA: &str = "scopes are separated by spaces, not by commas";

/// The scopes of a text with commas, separated by spaces; `None` where it has none.
fn without_commas(text: &str) -> Option<String> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    // Another mistake, which stays without the commas.
    let is_plain = words.iter().all(|word| foreign_sign(word).is_none());
    (text.contains(',') && is_plain).then(|| words.join(" "))
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
    if let Some(sign) = foreign_sign(scope) {
        let (message, help) = foreign(sign, "scope", &visible(scope));
        let help = format!("{help}; a scope that has a `{sign}` is named by a `const Scope`");
        errors.push(literal.span(), &message, &help);
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
