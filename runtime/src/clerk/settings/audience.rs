//! Checks an audience: what `aud` of the tokens says, compared as an exact string.

use super::text;
use crate::clerk::redact::quote;

pub(crate) fn audience(audience: &str) -> Result<(), String> {
    problem(audience).map_or(Ok(()), |problem| Err(format!("{} {problem}", quote(audience))))
}

fn problem(audience: &str) -> Option<String> {
    if audience.is_empty() {
        return Some("is empty; write the audience, or do not set it".into());
    }
    if let Some(problem) = text::problem(audience, "CLERK_AUDIENCE") {
        return Some(problem);
    }
    let wildcard = audience == "*" || audience.contains("://*.");
    wildcard.then(|| "has a wildcard, and audiences are exact; write each audience".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audience_that_never_matches_is_rejected() {
        for good in ["https://api.example.com", "notes", "urn:example:notes", "a/b?c#d"] {
            assert_eq!(audience(good), Ok(()));
        }
        for (text, told) in [
            ("", "is empty"),
            ("\"notes\"", "\"\\\"notes\\\"\" has quotes around it; remove them"),
            ("'notes'", "has quotes around it; remove them"),
            ("notes\"", "has quotes around it; remove them"),
            ("[\"notes\"]", "is JSON; write plain text"),
            (" notes", "has white space around it; remove it"),
            ("notes\n", "has a line end around it; remove it"),
            ("notes api", "has white space in it"),
            ("*", "has a wildcard"),
            ("https://*.example.com", "has a wildcard"),
            ("pk_test_a", "is a publishable key, which belongs in CLERK_PUBLISHABLE_KEY"),
            ("mch_a", "is a machine ID, which belongs in CLERK_MACHINE_ID"),
        ] {
            let problem = audience(text).expect_err(text);
            assert!(problem.contains(told), "{text}: {problem}");
        }
    }
}
