//! [`Args`] in, [`Policy`] out: known token types, valid scopes, nothing twice, nothing empty.

use std::collections::HashSet;

use proc_macro2::Span;
use syn::LitStr;

use crate::{
    args::{Args, Argument, Value},
    errors::Errors,
    names::{alternatives, near},
    scope::{self, NO_SCOPE_HELP},
    token_type::{TokenType, accepts_argument, accepts_with_scopes, alternative_types},
};

/// The word that accepts every token type.
const ANY: &str = "any";

/// What the attribute demands. Only this can be expanded.
pub(crate) struct Policy {
    /// At least one, each once, in the order of the source.
    pub(crate) accepts: Vec<TokenType>,
    /// All are required; each once, in the order of the source.
    pub(crate) scopes: Vec<LitStr>,
}

impl Policy {
    /// `None` after a mistake, here or in the arguments.
    pub(crate) fn check(args: Args, errors: &mut Errors) -> Option<Self> {
        let Args { accepts, scopes } = args; // no `..`: a new argument must be handled here
        let is_default = accepts.is_none();
        let readable = |scopes: &&Argument| !matches!(scopes.value, Value::Unreadable);
        let key = scopes.as_ref().filter(readable).map(|scopes| scopes.key.span());
        let accepts = accepted_types(accepts, errors);
        let scopes = required_scopes(scopes, errors);
        if let Some(key) = key {
            check_carried(&accepts, is_default, key, errors);
        }
        errors.is_empty().then_some(Self { accepts, scopes })
    }

    /// Whether every accepted token carries scopes.
    pub(crate) fn always_has_scopes(&self) -> bool {
        self.accepts.iter().all(|kind| kind.carries_scopes())
    }
}

/// Without the argument: sessions, Clerk's default.
fn accepted_types(argument: Option<Argument>, errors: &mut Errors) -> Vec<TokenType> {
    let Some(Argument { key: _, value }) = argument else {
        return vec![TokenType::Session];
    };
    match value {
        Value::Unreadable => Vec::new(),
        Value::Text(literal) if literal.value() == ANY => TokenType::ALL.to_vec(),
        Value::Text(literal) => token_type(&literal, Place::Alone, errors).into_iter().collect(),
        Value::List(span, members) if members.is_empty() => {
            let help = format!("name a token type: {}", one_of(Place::List));
            errors.push(span, "`accepts` is empty: no token could enter", &help);
            Vec::new()
        }
        Value::List(_, members) => {
            let mut read = |literal: LitStr| {
                token_type(&literal, Place::List, errors).map(|kind| (literal, kind))
            };
            let members = members.into_iter().flatten();
            let (names, types): (Vec<_>, Vec<_>) = members.filter_map(&mut read).unzip();
            check_distinct("token type", &names, errors);
            types
        }
    }
}

/// Without the argument: none.
fn required_scopes(argument: Option<Argument>, errors: &mut Errors) -> Vec<LitStr> {
    let Some(Argument { key: _, value }) = argument else {
        return Vec::new();
    };
    let scopes = match value {
        Value::Unreadable => Vec::new(),
        Value::Text(literal) => scope::split(&literal, errors),
        Value::List(span, members) if members.is_empty() => {
            errors.push(span, "`scopes` is an empty list", NO_SCOPE_HELP);
            Vec::new()
        }
        Value::List(_, members) => members
            .into_iter()
            .flatten()
            .filter_map(|literal| scope::member(&literal, errors))
            .collect(),
    };
    check_distinct("scope", &scopes, errors);
    scopes
}

/// Scopes can be required only where every accepted token carries some.
fn check_carried(types: &[TokenType], is_default: bool, key: Span, errors: &mut Errors) {
    let session = types.contains(&TokenType::Session);
    let m2m = types.contains(&TokenType::M2m);
    let message = match (session, m2m) {
        (false, false) => return,
        (true, false) => "`scopes` cannot be required: a `session_token` has none",
        (false, true) => "`scopes` cannot be required: those of an `m2m_token` are machine ids",
        (true, true) => {
            "`scopes` cannot be required: a `session_token` has none, and those of an `m2m_token` \
             are machine ids"
        }
    };
    let narrowed = accepts_with_scopes(types);
    let help = if is_default {
        format!("add `{narrowed}`: without `accepts` only a `session_token` can enter")
    } else {
        format!("write `{narrowed}`, or remove `scopes`")
    };
    errors.push(key, message, &help);
}

/// Reports each text that stood before. The one place that looks for repetition among values.
fn check_distinct(what: &str, texts: &[LitStr], errors: &mut Errors) {
    let mut seen = HashSet::new();
    for literal in texts {
        let text = literal.value();
        if seen.contains(&text) {
            let message = format!("{what} `{text}` is written twice");
            errors.push(literal.span(), &message, &format!("remove one `{text}`"));
        }
        seen.insert(text);
    }
}

/// Where the name of a token type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Alone,
    List,
}

fn token_type(literal: &LitStr, place: Place, errors: &mut Errors) -> Option<TokenType> {
    let name = literal.value();
    if let Some(kind) = TokenType::from_name(&name) {
        return Some(kind);
    }
    let (message, help) = if name == ANY {
        let message = "`any` cannot stand in a list".to_owned();
        (message, "write `accepts = \"any\"`".to_owned())
    } else if name.trim().is_empty() {
        let message = "an empty string is no token type".to_owned();
        (message, one_of(place))
    } else {
        let message = format!("unknown token type `{}`", name.escape_debug());
        (message, token_type_help(&name, place))
    };
    errors.push(literal.span(), &message, &help);
    None
}

fn token_type_help(name: &str, place: Place) -> String {
    let words = name.split([' ', ',']).filter(|word| !word.is_empty());
    let types: Option<Vec<TokenType>> = words.map(TokenType::from_name).collect();
    if let Some(types) = types.filter(|types| !types.is_empty()) {
        return format!("write `{}`", accepts_argument(&types));
    }
    let known = TokenType::ALL.map(TokenType::name).into_iter();
    let near = near(name, known.chain((place == Place::Alone).then_some(ANY)));
    if near.is_empty() {
        return one_of(place);
    }
    format!("did you mean {}?", alternatives(&near))
}

fn one_of(place: Place) -> String {
    let types = alternative_types(&TokenType::ALL);
    match place {
        Place::Alone => format!("one of {types}; `any` for all of them"),
        Place::List => format!("one of {types}"),
    }
}
