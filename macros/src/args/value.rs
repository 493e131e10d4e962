//! Tokens after the name of an argument in, a [`Value`] out: text, a list, a group or a path.

use proc_macro2::{Ident, TokenTree};
use syn::{
    LitStr, Path, Token,
    ext::IdentExt,
    parse::{ParseStream, discouraged::Speculative},
    token::{Bracket, Paren},
};

use crate::{
    args::{
        comma::{skip_to_comma, starts_argument},
        describe::{found, quoted, strings},
        factor::{factor, is_level},
        group_syntax::{leaf, list, only_group},
        keyword::{Keyword, declaration, is_constant},
        tree::{Around, Factor, Leaf, Value},
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

/// `= my_crate::auth`
pub(crate) fn path_after_equals(
    keyword: Keyword,
    name: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> Option<Path> {
    if !equals(keyword, name, input, errors) {
        return None;
    }
    let ahead = input.fork();
    if let Some(path) = ahead.call(Path::parse_mod_style).ok().filter(|_| ends_argument(&ahead)) {
        input.advance_to(&ahead);
        return Some(path);
    }
    let quoted = input.fork().parse::<LitStr>().ok();
    let quoted = quoted.and_then(|text| text.parse_with(Path::parse_mod_style).ok());
    let instead = quoted.map(|path| Leaf::Path(path).to_string());
    let message = format!("expected a path, found {}", found(input));
    unreadable(keyword, instead, &message, input, errors)
}

/// Whether nothing stands behind a value, or only the comma before the next argument is missing.
fn ends_argument(behind: ParseStream<'_>) -> bool {
    behind.is_empty() || behind.peek(Token![,]) || starts_argument(behind)
}

/// One letter alone can be a type.
fn is_long_constant(name: &str) -> bool {
    name.len() > 1 && is_constant(name)
}

/// `= policies::ReadNotes`
pub(crate) fn policy_after_equals(
    keyword: Keyword,
    name: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> Option<Path> {
    let path = path_after_equals(keyword, name, input, errors)?;
    if let Some(last) = path.segments.last() {
        let written = last.ident.to_string();
        if is_long_constant(&written) {
            let message = format!("`{written}` is a constant, and `policy` names a type");
            errors.push(last.ident.span(), &message, &declaration(&written));
        }
    }
    Some(path)
}

/// `= ListNotes`
pub(crate) fn name_after_equals(
    keyword: Keyword,
    name: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> Option<Ident> {
    if !equals(keyword, name, input, errors) {
        return None;
    }
    let ahead = input.fork();
    if let Some(policy) = ahead.parse::<Ident>().ok().filter(|_| ends_argument(&ahead)) {
        // Who writes the name of a constant means its policy, and this is another one.
        if is_long_constant(&policy.to_string()) {
            let message = format!("`{name} = {policy}` uses no `const`: it names a new type");
            let help = "write the policy itself in the attribute";
            errors.push(policy.span(), &message, help);
        }
        input.advance_to(&ahead);
        return Some(policy);
    }
    let quoted = input.fork().parse::<LitStr>().ok().and_then(|text| text.parse::<Ident>().ok());
    let message = if input.fork().call(Path::parse_mod_style).is_ok() {
        "expected a name alone: the policy type stands beside the handler".to_owned()
    } else {
        format!("expected a name, found {}", found(input))
    };
    unreadable(keyword, quoted.map(|name| name.to_string()), &message, input, errors)
}

/// Reports what stands there, and skips it. `instead` is the same without quotes.
fn unreadable<T>(
    keyword: Keyword,
    instead: Option<String>,
    message: &str,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> Option<T> {
    let instead = instead.map(|value| format!("write `{} = {value}`", keyword.name()));
    errors.push(input.span(), message, &instead.unwrap_or_else(|| write(keyword)));
    skip_to_comma(input);
    None
}

/// Takes `=`, if something stands behind it.
fn equals(keyword: Keyword, name: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> bool {
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
        let path = ahead.call(Path::parse_mod_style).ok().filter(|_| ends_argument(&ahead));
        let is_one = |path: &Path| keyword != Keyword::PolicyName || path.get_ident().is_some();
        let help = path.filter(is_one).map_or_else(
            || write(keyword),
            |path| format!("write `{name} = {}`", Leaf::Path(path)),
        );
        return (message, help);
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
