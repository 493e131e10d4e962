//! Tokens after the name of an argument in, a [`Value`] out: text, a list, a group or a path.

use proc_macro2::{Ident, TokenTree};
use syn::{
    Token,
    ext::IdentExt,
    parse::ParseStream,
    token::{Bracket, Paren},
};

use crate::{
    args::{
        comma::skip_to_comma,
        describe::{found, quoted, strings},
        factor::{factor, is_level},
        group_syntax::{leaf, list, only_group},
        keyword::Keyword,
        path::after_other_sign,
        tree::{Around, Factor, Value},
        unexpected::{write, write_all},
    },
    condition::Condition,
    errors::Errors,
};

const REVERIFICATION: Keyword = Keyword::Condition(Condition::Reverification);

/// `= value`.
pub(crate) fn after_equals(
    keyword: Keyword,
    name: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> Value {
    if equals(keyword, name, input, errors) {
        value(keyword, input, errors)
    } else {
        Value::Unreadable
    }
}

fn value(keyword: Keyword, input: ParseStream<'_>, errors: &mut Errors) -> Value {
    if input.peek(Bracket) {
        return or_report(keyword, list(keyword, input, errors), errors);
    }
    if input.peek(Ident::peek_any) && input.peek2(Paren) {
        if keyword == REVERIFICATION {
            let factor = factor(input, errors);
            let value = |factor: Option<Factor>| factor.map_or(Value::Unreadable, Value::Factor);
            return or_report(keyword, factor.map(value), errors);
        }
        return or_report(keyword, only_group(keyword, input, errors), errors);
    }
    if keyword == REVERIFICATION
        && input.fork().call(Ident::parse_any).is_ok_and(|name| is_level(&name))
    {
        let level = found(input);
        let help = format!("write how many, such as `{}(minutes = 1)`", level.trim_matches('`'));
        errors.push(input.span(), &format!("expected minutes after {level}"), &help);
        skip_to_comma(input);
        return Value::Unreadable;
    }
    leaf(keyword, Around::Nothing, input, errors).map_or(Value::Unreadable, Value::Leaf)
}

/// Nothing stands behind a word such as `optional`; anything else is reported, and the answer is
/// `false`.
pub(crate) fn is_bare(
    keyword: Keyword,
    name: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> bool {
    let is_value = is_sign(input);
    if !is_value && !input.peek(Paren) {
        return true; // a missing comma is reported where commas are read
    }
    skip_signs(input);
    let text = input.cursor().token_tree().map_or_else(String::new, |(token, _)| token.to_string());
    let help = match text.as_str() {
        "" | "()" | "true" => format!("write `{name}`"),
        "false" | "\"false\"" | "(false)" => format!("remove `{name}`"),
        _ if is_value || !has_arguments(input) => alone(keyword).to_owned(),
        _ => format!("write `{name}`, and beside it, after a `,`, what stands in the parentheses"),
    };
    if is_value {
        let span = if input.is_empty() { name.span() } else { input.span() };
        errors.push(span, &format!("`{name}` takes no value"), &help);
    } else {
        errors.push(name.span(), &format!("`{name}` takes no conditions"), &help);
    }
    skip_to_comma(input);
    false
}

/// What a word does that takes no value: without the value, it can accept more than was meant.
const fn alone(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Condition(Condition::Organization) => {
            "`organization` accepts each organization; to accept one, compare `org_id` in the handler"
        }
        Keyword::Condition(Condition::NotImpersonated) => {
            "write `not_impersonated`: it rejects everyone who acts for the user"
        }
        Keyword::Condition(Condition::AllowPending) => {
            "`allow_pending` alone accepts every pending session; to reject them, remove it"
        }
        _ => "`optional` alone accepts requests without a credential; to reject them, remove it",
    }
}

/// Whether the parentheses hold arguments with values: another word can say that the route is not
/// optional.
fn has_arguments(input: ParseStream<'_>) -> bool {
    let Some((TokenTree::Group(group), _)) = input.cursor().token_tree() else { return false };
    group
        .stream()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == '='))
}

/// Takes `=`, if something stands behind it.
pub(crate) fn equals(
    keyword: Keyword,
    name: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> bool {
    let is_other_sign = input.peek(Token![==]) || input.peek(Token![=>]);
    let equals = if is_other_sign { None } else { input.parse::<Token![=]>().ok() };
    let Some(equals) = equals else {
        let (message, help) = instead_of_equals(keyword, name, input);
        let span = if is_sign(input) { input.span() } else { name.span() };
        errors.push(span, &message, &help);
        skip_to_comma(input);
        return false;
    };
    if input.is_empty() || input.peek(Token![,]) {
        let message = format!("expected a value after `{name} =`");
        errors.push(equals.span, &message, &write(keyword));
        return false;
    }
    true
}

/// What is wrong where no `=` stands, and the same with one: the user's own value, if it is plain to
/// see, because an example could open the route for others.
fn instead_of_equals(keyword: Keyword, name: &Ident, input: ParseStream<'_>) -> (String, String) {
    if input.peek(Token![!=]) {
        let message = format!("`{name}` cannot be negated");
        return (message, "write what a caller must have; there is no `!=`".into());
    }
    let message = if is_sign(input) {
        format!("expected only `=` after `{name}`")
    } else {
        format!("expected `=` and a value after `{name}`")
    };
    let ahead = input.fork();
    skip_signs(&ahead);
    if matches!(keyword, Keyword::Crate | Keyword::Policy | Keyword::PolicyName) {
        return (message, after_other_sign(keyword, &ahead));
    }
    let mut unread = Errors::default();
    let help = match strings(&ahead) {
        Some(texts) => write_all(keyword, &quoted(&texts)),
        None => match value(keyword, &ahead, &mut unread) {
            value if unread.is_empty() && value.is_readable() => {
                format!("write `{name} = {value}`")
            }
            _ => write(keyword),
        },
    };
    (message, help)
}

/// A sign where `=` should stand alone: `:`, `==` or `=>`. Not `>`: more than a value is less than
/// all callers who have it.
fn is_sign(input: ParseStream<'_>) -> bool {
    input.peek(Token![:]) || input.peek(Token![=])
}

fn skip_signs(input: ParseStream<'_>) {
    while is_sign(input) {
        if input.parse::<Token![=>]>().is_err() {
            input.parse::<TokenTree>().ok();
        }
    }
}

fn or_report(keyword: Keyword, value: syn::Result<Value>, errors: &mut Errors) -> Value {
    value.unwrap_or_else(|error| {
        errors.push(error.span(), &error.to_string(), &write(keyword));
        Value::Unreadable
    })
}
