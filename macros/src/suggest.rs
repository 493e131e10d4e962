//! A misspelt name in, the known names near it out.

use strsim::levenshtein;

/// The most edits between a misspelt name and the name it may mean.
const MOST_EDITS: usize = 2;

/// The shortest beginning of a known name that is taken as that name: `api`, `m2m`.
const SHORTEST_BEGINNING: usize = 3;

/// The shortest known name that is looked for within a longer word: `role` in `required_role`.
const SHORTEST_PART: usize = 4;

/// Known names that are not looked for within a longer word, which can mean the opposite or another
/// value: `is_optional`, `shared_policy`.
const NEVER_A_PART: [&str; 5] = ["allow_pending", "crate", "format", "optional", "policy"];

/// The known name that no beginning stands for: `allow` says what to accept.
const NEVER_BY_ITS_BEGINNING: &str = "allowpending";

/// Words beside a known name that do not turn its meaning round, as `ban` in `ban_role` does.
const HARMLESS: [&str; 24] = [
    "accepted", "all", "allowed", "and", "any", "clerk", "has", "have", "id", "ids", "in", "key",
    "min", "must", "need", "needs", "of", "one", "optional", "or", "org", "required", "token",
    "user",
];

/// The beginnings of words that say what a caller must not have.
const NEGATIONS: [&str; 9] =
    ["block", "deny", "disallow", "except", "exclud", "forbid", "no", "un", "without"];

/// What to do about a policy that says what a caller must not have.
pub(crate) const NOTHING_NEGATED: &str = "write what a caller must have; nothing can be negated";

/// A sign that a text of a policy can hardly mean as it stands: that of a template, a pattern, an
/// expression or another list.
pub(crate) fn foreign_sign(text: &str) -> Option<char> {
    let is_foreign = |letter: &char| "*!;&^$=<>()[]{}'`".contains(*letter);
    text.strip_prefix('-').map(|_| '-').or_else(|| text.chars().find(is_foreign))
}

/// What is wrong with a text that has such a sign, and what to write. `noun` is that of the text.
pub(crate) fn foreign(sign: char, noun: &str, text: &str) -> (String, String) {
    let what = if sign == '*' { "is not a wildcard" } else { "has no meaning" };
    let help = match sign {
        '!' | '-' => NOTHING_NEGATED.to_owned(),
        _ => format!("name each {noun}"),
    };
    (format!("`{sign}` {what}: the {noun} `{text}` is compared as it is"), help)
}

/// The known names that `name` may mean, in the order of `known`. None for a name that negates: the
/// known name would ask for the opposite.
pub(crate) fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let known: Vec<&str> = known.into_iter().collect();
    if is_negated(name) {
        return Vec::new();
    }
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|sign: char| !sign.is_ascii_alphanumeric()).collect();
    let name = plain(name);
    if let Some(same) = known.iter().find(|candidate| plain(candidate) == name) {
        return vec![*same];
    }
    let is_like = |candidate: &str| {
        // Between short words two edits are no likeness: `all` is not a misspelt `any`.
        let most = MOST_EDITS.min(candidate.len() / 3);
        let begins = name.len() >= SHORTEST_BEGINNING
            && candidate.starts_with(&name)
            && candidate != NEVER_BY_ITS_BEGINNING;
        begins || levenshtein(&name, candidate) <= most
    };
    let is_part = |candidate: &str| candidate.len() >= SHORTEST_PART && name.contains(candidate);
    let is_known = |word: &str, candidate: &str| {
        HARMLESS.contains(&word) || candidate.contains(word.trim_end_matches('s'))
    };
    let is_around =
        |candidate: &str| is_part(candidate) && words.iter().all(|it| is_known(it, candidate));
    let like: Vec<&str> = known.iter().copied().filter(|it| is_like(&plain(it))).collect();
    if !like.is_empty() {
        return like;
    }
    let parts = known.into_iter().filter(|it| is_around(&plain(it)) && !NEVER_A_PART.contains(it));
    parts.collect()
}

/// Whether the name says what a caller must not have: `not_optional`, `deny_role`, `!api_key`.
pub(crate) fn is_negated(name: &str) -> bool {
    let begins = |word: &str| NEGATIONS.iter().any(|negation| word.starts_with(negation));
    // `fromNot` is two words.
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && words.ends_with(|last: char| last.is_ascii_lowercase()) {
            words.push('_');
        }
        words.push(letter);
    }
    name.trim_start().starts_with(['!', '-'])
        || words.to_ascii_lowercase().split(|sign: char| !sign.is_ascii_alphanumeric()).any(begins)
}

/// `a`, `b` and `c` as "`a`, `b` or `c`".
pub(crate) fn alternatives(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Letters and digits only, in lower case: `OAuth-Token` and `oauth_token` are one name.
fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        let known = ["session_token", "oauth_token", "m2m_token", "api_key", "any"];
        for (name, expected) in [
            ("oauth", &["oauth_token"] as &[&str]),
            ("OAuth-Token", &["oauth_token"]),
            ("ouath_token", &["oauth_token"]),
            ("api", &["api_key"]),
            ("apikeys", &["api_key"]),
            ("sesion_token", &["session_token"]),
            ("Any", &["any"]),
            ("clerk_oauth_tokens", &["oauth_token"]),
            ("many", &["any"]),
            ("company", &[]),
            ("not_oauth_token", &[]),
            ("!api_key", &[]),
            ("Except OAuth", &[]),
            ("tokens_without_api_key", &[]),
            ("all", &[]),
            ("an", &["any"]),
            ("", &[]),
            ("é", &[]),
            ("jwt", &[]),
        ] {
            assert_eq!(near(name, known), expected, "{name}");
        }
    }

    #[test]
    fn alternatives_read_as_a_sentence() {
        assert_eq!(alternatives(&[]), "");
        assert_eq!(alternatives(&["a"]), "`a`");
        assert_eq!(alternatives(&["a", "b"]), "`a` or `b`");
        assert_eq!(alternatives(&["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
