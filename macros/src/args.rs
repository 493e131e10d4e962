//! Tokens of an attribute or of `policy!` in, [`Args`] out: every argument with the spans of its
//! name and of its value. Syntax only; what a value means is decided in `entry` and `policy`.

use proc_macro2::{Ident, TokenStream};
use syn::{
    Path, Token,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, Parser},
    token::Paren,
};

use crate::{
    condition::Condition,
    errors::Errors,
    found::found,
    key::{Key, Place},
    separator::{comma, skip_to_comma, starts_argument},
    token_type::TokenType,
    value::{self, Value},
};

const EXTRA_COMMA_HELP: &str = "remove this `,`";

/// The arguments as they were written, each once.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) accepts: Option<Argument>,
    pub(crate) clauses: Vec<ClauseArgs>,
    /// Those that stand outside of clauses.
    pub(crate) conditions: Vec<ConditionArgs>,
    pub(crate) optional: Option<Argument>,
    pub(crate) crate_path: Option<Path>,
    pub(crate) policy_name: Option<Ident>,
}

pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// `oauth_token(…)` or `oauth_token`
pub(crate) struct ClauseArgs {
    pub(crate) kind: TokenType,
    pub(crate) conditions: Vec<ConditionArgs>,
}

/// `role = "org:admin"`
pub(crate) struct ConditionArgs {
    pub(crate) condition: Condition,
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

impl Args {
    /// `place` is the attribute or the macro.
    pub(crate) fn parse(tokens: TokenStream, place: Place, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let parser = |input: ParseStream| {
            args.fill(input, place, errors);
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error.span(), &error.to_string(), &example(place));
        }
        args
    }

    fn fill(&mut self, input: ParseStream, place: Place, errors: &mut Errors) {
        let mut seen = Vec::new();
        while !input.is_empty() {
            if let Some((key, name)) = key(input, place, &mut seen, errors) {
                self.argument(key, name, input, errors);
            }
            comma(input, "arguments", seen.last(), starts_argument, errors);
        }
    }

    /// What stands after the name. Of an argument that is written twice, the first one counts.
    fn argument(&mut self, key: Key, name: Ident, input: ParseStream, errors: &mut Errors) {
        match key {
            Key::Accepts => {
                let value = value::after_equals(key, &name, input, errors);
                self.accepts.get_or_insert(Argument { name, value });
            }
            Key::Optional => {
                let value = value::optional(&name, input, errors);
                self.optional.get_or_insert(Argument { name, value });
            }
            Key::Crate => {
                let path = value::path_after_equals(key, &name, input, errors);
                self.crate_path = self.crate_path.take().or(path);
            }
            Key::Policy => {
                let policy = value::name_after_equals(key, &name, input, errors);
                self.policy_name = self.policy_name.take().or(policy);
            }
            Key::Clause(kind) => {
                let conditions = clause(kind, &name, input, errors);
                if self.clauses.iter().all(|clause| clause.kind != kind) {
                    self.clauses.push(ClauseArgs { kind, conditions });
                }
            }
            Key::Condition(condition) => {
                push_condition(&mut self.conditions, condition, name, input, errors);
            }
        }
    }
}

/// Nothing, or `(role = "org:admin", permission = "org:notes:read")`.
fn clause(
    kind: TokenType,
    name: &Ident,
    input: ParseStream,
    errors: &mut Errors,
) -> Vec<ConditionArgs> {
    let mut conditions = Vec::new();
    if input.peek(Token![=]) {
        let message = format!("`{name}` takes no value");
        let known = Condition::names_for(kind).first().map_or("scopes", |first| *first);
        let help = format!("write `{name}` alone, or its conditions: `{name}({known} = …)`");
        errors.push(name.span(), &message, &help);
        skip_to_comma(input);
    }
    if !input.peek(Paren) {
        return conditions;
    }
    let mut fill = || -> syn::Result<()> {
        let content;
        let paren = parenthesized!(content in input);
        if content.is_empty() {
            let message = format!("`{name}()` has no condition");
            errors.push(paren.span.join(), &message, &format!("write `{name}`"));
        }
        let mut seen = Vec::new();
        while !content.is_empty() {
            let key = key(&content, Place::Clause(kind), &mut seen, errors);
            if let Some((Key::Condition(condition), name)) = key {
                push_condition(&mut conditions, condition, name, &content, errors);
            }
            comma(&content, "conditions", seen.last(), starts_argument, errors);
        }
        Ok(())
    };
    if let Err(error) = fill() {
        errors.push(error.span(), &error.to_string(), &format!("write `{name}`"));
    }
    conditions
}

fn push_condition(
    conditions: &mut Vec<ConditionArgs>,
    condition: Condition,
    name: Ident,
    input: ParseStream,
    errors: &mut Errors,
) {
    let value = value::after_equals(Key::Condition(condition), &name, input, errors);
    if conditions.iter().all(|known| known.condition != condition) {
        conditions.push(ConditionArgs { condition, name, value });
    }
}

/// The name of an argument; anything else is an error and is skipped. A name that stood before is
/// an error too, but its value is read. The one place that looks for repetition among names.
fn key(
    input: ParseStream,
    place: Place,
    seen: &mut Vec<Key>,
    errors: &mut Errors,
) -> Option<(Key, Ident)> {
    if input.peek(Token![,]) {
        errors.push(input.span(), "expected an argument, found `,`", EXTRA_COMMA_HELP);
        return None;
    }
    let Ok(name) = input.call(Ident::parse_any) else {
        let message = format!("expected the name of an argument, found {}", found(input));
        errors.push(input.span(), &message, &example(place));
        skip_to_comma(input);
        return None;
    };
    let key = match Key::from_name(&name.to_string(), place) {
        Ok(key) => key,
        Err((message, help)) => {
            errors.push(name.span(), &message, &help);
            skip_to_comma(input);
            return None;
        }
    };
    if seen.contains(&key) {
        let message = format!("`{name}` is written twice");
        errors.push(name.span(), &message, &once(key));
    }
    seen.push(key);
    Some((key, name))
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

fn example(place: Place) -> String {
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
