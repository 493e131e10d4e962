//! Decodes the claims of a caller into the handler's type.

use std::any::TypeId;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::{error::ClaimsMismatch, identity::Claims};

/// Longest name of a field that is logged.
const LONGEST_NAME: usize = 64;

/// A word of so many letters is an ID if it has a digit. Clerk's have 27 letters or more.
const SHORTEST_ID: usize = 20;

/// The type of the parameter `claims`: your own type, in an `Option` if a caller can have no
/// claims; or [`Claims`].
#[diagnostic::on_unimplemented(
    message = "claims cannot be decoded into `{Self}`",
    label = "not a type that claims can be decoded into",
    note = "derive `serde::Deserialize` for `{Self}`, or write `claims: Claims`"
)]
pub trait FromClaims: Sized + Send + Sync + 'static {
    #[doc(hidden)]
    fn from_claims(claims: Option<&Claims>) -> Result<Self, ClaimsMismatch>;
}

impl FromClaims for Claims {
    fn from_claims(claims: Option<&Self>) -> Result<Self, ClaimsMismatch> {
        claims.cloned().ok_or(ClaimsMismatch::NoClaims)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Send + Sync + 'static> FromClaims for T {
    fn from_claims(claims: Option<&Claims>) -> Result<Self, ClaimsMismatch> {
        // `()` asks for nothing, so nothing is read for it.
        decode(claims.filter(|_| TypeId::of::<T>() != TypeId::of::<()>()))
    }
}

/// No claims are a JSON `null`, which an `Option` takes and a struct does not.
fn decode<C: DeserializeOwned>(claims: Option<&Claims>) -> Result<C, ClaimsMismatch> {
    let Some(claims) = claims else {
        return C::deserialize(Value::Null).map_err(|_| ClaimsMismatch::NoClaims);
    };
    // The path is looked for only after a failure, so good claims are read at full speed.
    claims.decode().or_else(|_| {
        let mut json = serde_json::Deserializer::from_str(claims.as_json());
        serde_path_to_error::deserialize(&mut json).map_err(|error| mismatch(&error))
    })
}

fn mismatch(error: &serde_path_to_error::Error<serde_json::Error>) -> ClaimsMismatch {
    let mut names: Vec<String> = error.path().iter().map(name).collect();
    match missing_field(&error.inner().to_string()) {
        Some(field) => {
            names.push(checked(field).to_owned());
            ClaimsMismatch::Missing(names.join(".").into())
        }
        None if names.is_empty() => ClaimsMismatch::Whole,
        None => ClaimsMismatch::Mistyped(names.join(".").into()),
    }
}

/// The path of a missing field ends at its parent. Only the text of the error names the field:
/// the handler's own, not a value of the token.
fn missing_field(error: &str) -> Option<&str> {
    error.strip_prefix("missing field `")?.split('`').next()
}

fn name(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => checked(key).to_owned(),
        Segment::Enum { variant } => checked(variant).to_owned(),
        Segment::Unknown => "?".to_owned(),
    }
}

/// A map's key is written by whoever writes the claims, so only what looks like the name of a
/// field is shown, and not like an ID or a secret.
fn checked(name: &str) -> &str {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let is_random =
        |word: &str| word.len() >= SHORTEST_ID && word.bytes().any(|byte| byte.is_ascii_digit());
    let may_be_shown = name.len() <= LONGEST_NAME
        && name.bytes().all(is_name)
        && !name.split(['_', '-']).any(is_random);
    if may_be_shown { name } else { "?" }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its shape counts")]
    struct Profile {
        plan: Plan,
        #[serde(default)]
        seats: HashMap<String, u32>,
        #[serde(default, rename = "shown-name")]
        shown_name: Option<String>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its shape counts")]
    struct Plan {
        level: u8,
        #[serde(default)]
        kinds: Vec<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Free,
    }

    #[test]
    fn mismatch_names_the_path_and_never_a_value() {
        let missing = |path: &str| ClaimsMismatch::Missing(path.into());
        let mistyped = |path: &str| ClaimsMismatch::Mistyped(path.into());
        let long = "k".repeat(LONGEST_NAME + 1);
        let table = [
            ("{}".to_owned(), missing("plan")),
            (r#"{"plan":{}}"#.to_owned(), missing("plan.level")),
            (r#"{"plan":"secret"}"#.to_owned(), mistyped("plan")),
            (r#"{"plan":{"level":"secret"}}"#.to_owned(), mistyped("plan.level")),
            (r#"{"plan":{"level":700}}"#.to_owned(), mistyped("plan.level")),
            (r#"{"plan":{"level":null}}"#.to_owned(), mistyped("plan.level")),
            (
                r#"{"plan":{"level":1,"kinds":["free","secret"]}}"#.to_owned(),
                mistyped("plan.kinds.1"),
            ),
            (
                r#"{"plan":{"level":1},"seats":{"ada@secret.example":"x"}}"#.to_owned(),
                mistyped("seats.?"),
            ),
            (r#"{"plan":{"level":1},"seats":{"a\nb":"x"}}"#.to_owned(), mistyped("seats.?")),
            (
                r#"{"plan":{"level":1},"seats":{"user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG":"x"}}"#
                    .to_owned(),
                mistyped("seats.?"),
            ),
            (
                r#"{"plan":{"level":1},"seats":{"ak_0d9c8b7a6f5e4d3c2b1a09f8e7d6c5b4":"x"}}"#
                    .to_owned(),
                mistyped("seats.?"),
            ),
            (
                r#"{"plan":{"level":1},"seats":{"organizationDisplayName_2":"x"}}"#.to_owned(),
                mistyped("seats.organizationDisplayName_2"),
            ),
            (format!(r#"{{"plan":{{"level":1}},"seats":{{"{long}":"x"}}}}"#), mistyped("seats.?")),
            (r#"{"plan":{"level":1},"shown-name":7}"#.to_owned(), mistyped("shown-name")),
        ];
        for (json, expected) in table {
            let decoded = decode::<Profile>(Some(&Claims::new(&json)));
            let mismatch = decoded.unwrap_err();
            assert_eq!(mismatch, expected, "{json}");
            assert!(!mismatch.to_string().contains("secret"), "{json}: {mismatch}");
        }
        assert_eq!(decode::<u8>(Some(&Claims::new("{}"))).unwrap_err(), ClaimsMismatch::Whole);
        assert_eq!(decode::<Profile>(None).unwrap_err(), ClaimsMismatch::NoClaims);
        assert!(decode::<Option<Profile>>(None).unwrap().is_none());
    }
}
