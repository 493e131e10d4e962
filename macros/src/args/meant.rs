//! An unknown argument and the tokens behind its name in, what its writer means out.

use proc_macro2::{Ident, TokenTree};
use syn::{
    LitStr, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    token::Paren,
};

use crate::{
    args::{
        describe::{quoted, strings},
        keyword::{Keyword, Position},
    },
    condition::Condition,
    suggest::{is_negated, near},
    token_type::{TokenType, accepts_argument},
};

/// What conditions cannot say.
pub(crate) const EVERY_CONDITION: &str = "every condition is needed; where one is enough, write two handlers, or decide in the \
     handler";

/// The help, if it is plain what is meant. `name` is unknown, and `input` stands behind it.
pub(crate) fn meant(name: &Ident, position: Position, input: ParseStream<'_>) -> Option<String> {
    let name = name.to_string();
    let is_clause = matches!(position, Position::Clause(_));
    match name.as_str() {
        "all" | "any" | "has" | "require" | "requires" if input.peek(Paren) => {
            in_parentheses(&name, is_clause, input)
        }
        _ if is_clause => several(&name, input),
        "ignore_expired_cookie" => {
            let why = "`optional` alone accepts requests without a credential";
            Some(format!("remove `{name}`: {why}"))
        }
        "any" if !input.peek(Paren) => {
            let types = "name the token types, such as `oauth_token, api_key`";
            Some(format!("{types}; to accept every type, write `accepts = \"any\"`"))
        }
        _ if input.peek(Token![::]) => token_type(input).or_else(|| policy_type(&name, input)),
        _ => several(&name, input).or_else(|| policy_type(&name, input)),
    }
}

/// `TokenType::ApiKey` → "write `accepts = "api_key"`"
fn token_type(input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    let mut last = String::new();
    while ahead.parse::<Token![::]>().is_ok() {
        last = ahead.call(Ident::parse_any).ok()?.to_string();
    }
    let known = TokenType::ALL.map(TokenType::name);
    let [meant] = near(&last, known)[..] else { return None };
    let kind = TokenType::from_name(meant)?;
    Some(format!("write `{}`", accepts_argument(&[kind])))
}

/// `policies::ReadNotes` → "write `policy = policies::ReadNotes`"
fn policy_type(name: &str, input: ParseStream<'_>) -> Option<String> {
    let (ahead, mut path, mut last) = (input.fork(), name.to_owned(), name.to_owned());
    while ahead.parse::<Token![::]>().is_ok() {
        last = ahead.call(Ident::parse_any).ok()?.to_string();
        path = format!("{path}::{last}");
    }
    let is_alone = ahead.is_empty() || ahead.peek(Token![,]);
    let is_type = last.starts_with(char::is_uppercase) && last.contains(char::is_lowercase);
    let known = Keyword::all().map(Keyword::name);
    let is_other = name == "TokenType" || !near(name, known).is_empty() || is_negated(name);
    (is_alone && is_type && !is_other).then(|| format!("write `policy = {path}`"))
}

/// `any_scopes = ["a", "b"]` → "write `scopes = any("a", "b")`"
fn several(name: &str, input: ParseStream<'_>) -> Option<String> {
    let (group, rest) =
        name.split_once('_').filter(|(group, _)| matches!(*group, "any" | "all"))?;
    let condition = condition(rest).filter(|it| it.form().group)?;
    let ahead = input.fork();
    ahead.parse::<Token![=]>().ok()?;
    let texts = strings(&ahead).filter(|texts| texts.len() > 1)?;
    Some(format!("write `{} = {group}({})`", condition.name(), quoted(&texts).join(", ")))
}

/// What stands in `any(…)`, `all(…)` or `has(…)`.
fn in_parentheses(name: &str, is_clause: bool, input: ParseStream<'_>) -> Option<String> {
    let Some((TokenTree::Group(group), _)) = input.cursor().token_tree() else { return None };
    let content = group.stream();
    let types = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(content.clone());
    if let Ok(types) = types
        && !types.is_empty()
        && types.iter().all(|it| TokenType::from_name(&it.to_string()).is_some())
    {
        let types: Vec<String> = types.iter().map(Ident::to_string).collect();
        // A token has one type.
        let is_whole = !is_clause && (name != "all" || types.len() == 1);
        return is_whole.then(|| format!("write `{}`", types.join(", ")));
    }
    let conditions = conditions.parse2(content).ok()?;
    let written = |(condition, texts): &(Condition, Vec<String>)| match texts.as_slice() {
        [_, _, ..] => format!("{} = {name}({})", condition.name(), quoted(texts).join(", ")),
        texts => format!("{} = {}", condition.name(), quoted(texts).join("")),
    };
    let is_group = |(condition, texts): &(Condition, Vec<String>)| {
        texts.len() == 1 || condition.form().group && matches!(name, "any" | "all")
    };
    if conditions.is_empty() || !conditions.iter().all(is_group) {
        return None;
    }
    if name == "any" && conditions.len() > 1 {
        return Some(EVERY_CONDITION.to_owned());
    }
    let written: Vec<String> = conditions.iter().map(written).collect();
    Some(format!("write `{}`", written.join(", ")))
}

/// `scope = "a", "b"` as scopes with two texts.
fn conditions(input: ParseStream<'_>) -> syn::Result<Vec<(Condition, Vec<String>)>> {
    let mut conditions: Vec<(Condition, Vec<String>)> = Vec::new();
    while !input.is_empty() {
        if let (true, Some((_, texts))) = (input.peek(LitStr), conditions.last_mut()) {
            texts.push(input.parse::<LitStr>()?.value());
        } else {
            let name = input.call(Ident::parse_any)?;
            let condition = condition(&name.to_string());
            input.parse::<Token![=]>()?;
            let text = input.parse::<LitStr>()?.value();
            let unknown = || syn::Error::new(name.span(), "not a condition");
            conditions.push((condition.ok_or_else(unknown)?, vec![text]));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(conditions)
}

/// The condition of text that is surely meant.
fn condition(name: &str) -> Option<Condition> {
    let known = Condition::ALL.into_iter().filter(|it| !it.is_bare());
    let near = near(name, known.clone().map(Condition::name));
    let [meant] = near[..] else { return None };
    known.into_iter().find(|it| it.name() == meant)
}
