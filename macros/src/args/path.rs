//! Tokens after the name of `policy`, `policy_name` or `crate` in, a path or a name out.

use proc_macro2::{Ident, TokenTree};
use quote::format_ident;
use syn::{
    LitStr, Path, Token,
    parse::{ParseStream, Parser, discouraged::Speculative},
};

use crate::{
    args::{
        comma::{skip_to_comma, starts_argument},
        describe::found,
        keyword::{Keyword, declaration, is_constant},
        tree::Leaf,
        unexpected::write,
        value::equals,
    },
    camel_case::camel_case,
    errors::Errors,
};

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

/// The same with `=`, if a path or a name stands there.
pub(crate) fn after_other_sign(keyword: Keyword, ahead: ParseStream<'_>) -> String {
    let in_parentheses = match ahead.cursor().token_tree() {
        Some((TokenTree::Group(group), _)) => Path::parse_mod_style.parse2(group.stream()).ok(),
        _ => None,
    };
    let path = in_parentheses
        .or_else(|| ahead.call(Path::parse_mod_style).ok().filter(|_| ends_argument(ahead)));
    let is_one = |path: &Path| keyword != Keyword::PolicyName || path.get_ident().is_some();
    path.filter(is_one).map_or_else(
        || write(keyword),
        |path| format!("write `{} = {}`", keyword.name(), Leaf::Path(path)),
    )
}

/// Whether nothing stands behind a value, or only the comma before the next argument is missing.
fn ends_argument(behind: ParseStream<'_>) -> bool {
    behind.is_empty() || behind.peek(Token![,]) || starts_argument(behind)
}

/// `ReadNotes::POLICY` → "write `policy = ReadNotes`"
fn policy_type_of(path: &Path) -> Option<String> {
    let written = Leaf::Path(path.clone()).to_string();
    let of = written.strip_suffix("::POLICY")?;
    Some(format!("write `policy = {of}`"))
}

/// Whether a policy type stands beside it that is named after it.
fn is_function(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && !name.contains(char::is_uppercase)
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
            let help = policy_type_of(&path).unwrap_or_else(|| declaration(&written));
            errors.push(last.ident.span(), &message, &help);
        } else if is_function(&written) {
            let message =
                format!("`{written}` is a function or a module, and `policy` names a type");
            let mut policy = path.clone();
            if let Some(name) = policy.segments.last_mut() {
                name.ident = format_ident!("{}Policy", camel_case(&written));
            }
            let help = format!("write `policy = {}`", Leaf::Path(policy));
            errors.push(last.ident.span(), &message, &help);
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
