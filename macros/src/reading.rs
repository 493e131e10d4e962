//! Tokens between parentheses in, each argument out: its name is known there, and stands once.

use proc_macro2::Ident;
use syn::{Token, ext::IdentExt, parse::ParseStream};

use crate::{
    condition::Condition,
    errors::Errors,
    found::found,
    key::{Key, Place},
    separator::{comma, skip_to_comma, starts_argument},
};

/// What was read so far.
pub(crate) struct Reading {
    place: Place,
    seen: Vec<Key>,
    /// Whether every argument is one that can stand there, so that none is missing because of a
    /// mistake.
    pub(crate) is_whole: bool,
}

impl Reading {
    pub(crate) const fn of(place: Place) -> Self {
        Self { place, seen: Vec::new(), is_whole: true }
    }

    /// Calls `read` after each name, to read what stands behind it. A name that stood before is an
    /// error, but what stands behind it is read too.
    pub(crate) fn all(
        mut self,
        input: ParseStream<'_>,
        errors: &mut Errors,
        mut read: impl FnMut(Key, Ident, &mut Errors),
    ) -> Self {
        while !input.is_empty() {
            if input.peek(Token![,]) {
                let help = "remove this `,`";
                errors.push(input.span(), "expected an argument, found `,`", help);
            } else if let Some((key, name)) = self.key(input, errors) {
                read(key, name, errors);
            } else {
                self.is_whole = false;
                skip_to_comma(input);
            }
            let what = if self.is_clause() { "conditions" } else { "arguments" };
            self.is_whole &= comma(input, what, self.seen.last(), starts_argument, errors);
        }
        self
    }

    /// The one place that looks for repetition among names.
    fn key(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> Option<(Key, Ident)> {
        let Ok(name) = input.call(Ident::parse_any) else {
            let message = format!("expected the name of an argument, found {}", found(input));
            errors.push(input.span(), &message, &example(self.place));
            return None;
        };
        let key = match Key::from_name(&name.to_string(), self.place) {
            Ok(key) => key,
            Err((message, help)) => {
                errors.push(name.span(), &message, &help);
                return None;
            }
        };
        if self.seen.contains(&key) {
            let message = format!("`{name}` is written twice");
            errors.push(name.span(), &message, &once(key));
            self.is_whole = false;
        }
        self.seen.push(key);
        Some((key, name))
    }

    fn is_clause(&self) -> bool {
        matches!(self.place, Place::Clause(_))
    }
}

/// What to write instead of two arguments with one name.
fn once(key: Key) -> String {
    let name = key.name();
    if let Key::Clause(_) = key {
        return format!("write one `{name}(…)` with all its conditions");
    }
    let several = key.several();
    if key.form().list {
        return format!("write one `{name}`; it can hold a list: `{several}`");
    }
    if key.form().group {
        return format!("write one `{name}`; it can hold several: `{several}`");
    }
    format!("remove one `{name}`")
}

/// Arguments to paste.
pub(crate) fn example(place: Place) -> String {
    match place {
        Place::Attribute => {
            "write `#[clerk_auth(accepts = \"oauth_token\", scopes = \"read:notes\")]`".into()
        }
        Place::Macro => {
            "write `policy!(accepts = \"oauth_token\", scopes = \"read:notes\")`".into()
        }
        Place::Clause(kind) => {
            let known = Condition::ALL.into_iter().find(|condition| condition.fits(kind));
            let example = known.map(|condition| Key::Condition(condition).example());
            format!("write `{}({})`", kind.name(), example.unwrap_or_default())
        }
    }
}
