//! A misspelt name in, the known names near it out.

/// The most edits between a misspelt name and the name it may mean.
const MOST_EDITS: usize = 2;

/// The shortest beginning of a known name that is taken as that name: `api`, `m2m`.
const SHORTEST_BEGINNING: usize = 3;

/// The shortest known name that is looked for within a longer word: `role` in `required_role`.
const SHORTEST_PART: usize = 4;

/// The known names that `name` may mean, in the order of `known`.
pub(crate) fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let name = plain(name);
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(same) = known.iter().find(|candidate| plain(candidate) == name) {
        return vec![*same];
    }
    known
        .into_iter()
        .filter(|candidate| {
            let candidate = plain(candidate);
            // Between short words two edits are no likeness: `all` is not a misspelt `any`.
            let most = MOST_EDITS.min(candidate.len() / 3);
            let begins = name.len() >= SHORTEST_BEGINNING && candidate.starts_with(&name);
            let contains = candidate.len() >= SHORTEST_PART && name.contains(&candidate);
            begins || contains || edits(&name, &candidate) <= most
        })
        .collect()
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

/// How many letters must be added, removed or replaced to turn one word into the other.
fn edits(word: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, letter) in word.chars().enumerate() {
        let mut left = index + 1;
        let mut next = vec![left];
        let above = row.iter().zip(row.iter().skip(1));
        for ((diagonal, above), candidate) in above.zip(other.chars()) {
            let replaced = diagonal + usize::from(letter != candidate);
            left = replaced.min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
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
