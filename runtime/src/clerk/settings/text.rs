//! Finds what surrounds a setting that was copied: quotes, white space, a byte order mark. Also
//! finds a key or a token of Clerk in a setting that is for something else.

/// Says what is wrong with a setting of one word, whatever it is for: "has …; …" or "is …; …".
pub(crate) fn problem(text: &str, setting: &str) -> Option<String> {
    let around = surplus_around(text).map(ToOwned::to_owned);
    let misplaced = around.or_else(|| misplaced(text, setting));
    let unfilled = misplaced.or_else(|| is_template(text).then(|| PLACEHOLDER.to_owned()));
    unfilled.or_else(|| surplus_inside(text).map(ToOwned::to_owned))
}

const PLACEHOLDER: &str = "is a placeholder that was not filled in";

/// Whether a template was not filled in, or a program wrote a word for the value that it lacks.
fn is_template(text: &str) -> bool {
    const WORDS: [&str; 5] = ["undefined", "null", "none", "nil", "[object Object]"];
    const MARKS: [&str; 6] = ["${", "{{", "<", ">", "...", "***"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || MARKS.iter().any(|mark| text.contains(mark))
        || authority(text).contains(['$', '{'])
}

/// Host and port of a URL; empty for other texts.
pub(crate) fn authority(text: &str) -> &str {
    let behind = text.split_once("://").map_or("", |(_, behind)| behind);
    behind.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The same about a key, which is never shown.
pub(crate) fn check_key(key: &str, setting: &str) -> Result<(), String> {
    problem(key, setting).map_or(Ok(()), |problem| Err(format!("it {problem}")))
}

fn surplus_inside(text: &str) -> Option<&'static str> {
    if text.starts_with(['[', '{']) {
        return Some("is JSON; write plain text, with commas between entries");
    }
    if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Some("has white space in it; remove it (commas separate the entries of a list)");
    }
    if text.matches("://").count() > 1 {
        return Some("holds more than one URL; write each as an entry of its own");
    }
    let authority = authority(text);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    // An app can have the origin `app://.`.
    if host != "." && host.ends_with('.') {
        return Some("has a dot at the end of its host; remove it");
    }
    let invisible = |character: char| !character.is_ascii() && !character.is_alphanumeric();
    text.contains(invisible).then_some("has a character in it that is not visible ASCII")
}

/// Says what surrounds a setting of one word or of several lines.
pub(crate) fn surplus_around(text: &str) -> Option<&'static str> {
    const QUOTES: [char; 7] = ['"', '\'', '`', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];
    const LINE_ENDS: [char; 2] = ['\n', '\r'];
    let ends = [text.chars().next(), text.chars().next_back()];
    let at_an_end = |wanted: fn(char) -> bool| ends.iter().flatten().any(|end| wanted(*end));
    if text.starts_with('\u{feff}') {
        return Some("starts with a byte order mark; save its file as UTF-8 without one");
    }
    if at_an_end(|end| QUOTES.contains(&end)) {
        return Some("has quotes around it; remove them");
    }
    if at_an_end(|end| LINE_ENDS.contains(&end)) {
        return Some("has a line end around it; remove it");
    }
    if at_an_end(char::is_whitespace) {
        return Some("has white space around it; remove it");
    }
    text.starts_with(['$', '<', '%']).then_some(PLACEHOLDER)
}

/// What Clerk calls a value that starts so, and the variable that it belongs in, if one does.
const KINDS: [(&str, &str, Option<&str>); 11] = [
    ("sk_", "a secret key", Some("CLERK_SECRET_KEY")),
    ("pk_", "a publishable key", Some("CLERK_PUBLISHABLE_KEY")),
    ("ak_", "a machine secret key, or an API key", Some("CLERK_MACHINE_SECRET_KEY")),
    ("mch_", "a machine ID", Some("CLERK_MACHINE_ID")),
    ("-----BEGIN PUBLIC KEY", "a PEM public key", Some("CLERK_JWT_KEY")),
    ("MIIB", "a PEM public key", Some("CLERK_JWT_KEY")),
    ("-----BEGIN", "a PEM text", None),
    ("whsec_", "a webhook signing secret", None),
    ("oat_", "an OAuth token", None),
    ("mt_", "an M2M token", None),
    ("eyJ", "a token", None),
];

/// "is a secret key, …" for a key or token that does not belong in `setting`.
pub(crate) fn misplaced(text: &str, setting: &str) -> Option<String> {
    let (_, kind, home) = KINDS.iter().find(|(start, ..)| text.starts_with(start))?;
    match home {
        Some(home) if *home == setting => None,
        Some(home) => Some(format!("is {kind}, which belongs in {home}")),
        None => Some(format!("is {kind}, which is not a setting of this crate")),
    }
}
