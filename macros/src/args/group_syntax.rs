//! Tokens of a list or a group in, its members out.

use proc_macro2::Ident;
use syn::{
    Lit, Path, Token, bracketed,
    ext::IdentExt,
    parenthesized,
    parse::{End, ParseStream, discouraged::Speculative},
    token::{Bracket, Paren},
};

use crate::{
    args::{
        comma::{member_comma, skip_all, skip_to_comma},
        describe::{is_plain, quoted, strings},
        keyword::Keyword,
        tree::{Around, Group, GroupKind, Leaf, Node, Value},
        unexpected::{unknown_group, wrong_group, wrong_list, wrong_literal, wrong_token},
    },
    errors::Errors,
};

/// How many groups can stand in each other. The compiler and the runtime recurse into them.
const MOST_LEVELS: usize = 32;

/// `["a", "b"]`.
pub(crate) fn list(
    keyword: Keyword,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Value> {
    let content;
    let bracket = bracketed!(content in input);
    let mut members = Vec::new();
    // Of scopes, each member is needed.
    let list_kind = if keyword.form().group { GroupKind::All } else { GroupKind::Any };
    while !content.is_empty() {
        if keyword.form().group && content.peek(Ident::peek_any) && content.peek2(Paren) {
            let help = "write `all(…)` instead of `[…]`";
            errors.push(content.span(), "a group stands in a list", help);
            skip_to_comma(&content);
            members.push(None);
        } else {
            members.push(leaf(keyword, Around::List, &content, errors));
        }
        member_comma(&content, list_kind, errors);
    }
    let span = bracket.span.join();
    if keyword.form().list {
        return Ok(Value::List(span, members));
    }
    let (message, help) = wrong_list(keyword, &texts(members.iter().flatten()));
    errors.push(span, &message, &help);
    Ok(Value::Unreadable)
}

/// `any("a", all("b", "c"))` as a whole value.
pub(crate) fn only_group(
    keyword: Keyword,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Value> {
    let Some(group) = group(keyword, 1, input, errors)? else {
        return Ok(Value::Unreadable);
    };
    if keyword.form().group {
        return Ok(Value::Group(group));
    }
    let (message, help) = wrong_group(keyword, group.kind, &texts(group.nodes()));
    errors.push(group.span, &message, &help);
    Ok(Value::Unreadable)
}

/// `None` for another name than `any` and `all` and for a level too many, which were reported.
fn group(
    keyword: Keyword,
    level: usize,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Option<Group>> {
    let name = input.call(Ident::parse_any)?;
    let content;
    parenthesized!(content in input);
    let Some(kind) = GroupKind::from_name(&name.to_string()) else {
        let (message, help) = unknown_group(keyword, &name, content.is_empty());
        errors.push(name.span(), &message, &help);
        skip_all(&content);
        return Ok(None);
    };
    if level > MOST_LEVELS {
        let message = format!("more than {MOST_LEVELS} groups stand in each other");
        let help = "write fewer levels; a group in a group of the same kind is one group";
        errors.push(name.span(), &message, help);
        skip_all(&content);
        return Ok(None);
    }
    let mut members = Vec::new();
    while !content.is_empty() {
        let is_first = members.is_empty();
        members.push(member(keyword, (kind, level), is_first, &content, errors)?);
        if !member_comma(&content, kind, errors) {
            members.push(None);
        }
    }
    Ok(Some(Group { kind, span: name.span(), members }))
}

/// A member of a group of this kind at this level.
fn member(
    keyword: Keyword,
    (kind, level): (GroupKind, usize),
    is_first: bool,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Option<Node>> {
    if input.peek(Ident::peek_any) && input.peek2(Paren) {
        return Ok(group(keyword, level.saturating_add(1), input, errors)?.map(Node::Group));
    }
    if !input.peek(Bracket) {
        return Ok(leaf(keyword, Around::Group(kind), input, errors).map(Node::Leaf));
    }
    // `any(["a", "b"])` is `any("a", "b")`.
    let kind = if is_first && input.peek2(End) { kind } else { GroupKind::All };
    let texts = strings(input).map(|texts| quoted(&texts).join(", "));
    let content;
    let bracket = bracketed!(content in input);
    skip_all(&content);
    let members = texts.as_deref().unwrap_or("…");
    let help = format!("write `{}({members})` instead of the list", kind.name());
    errors.push(bracket.span.join(), "a list stands in a group", &help);
    Ok(None)
}

/// `"a"`, or a path where the keyword takes one; anything else is an error and is skipped.
pub(crate) fn leaf(
    keyword: Keyword,
    around: Around,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> Option<Leaf> {
    let ahead = input.fork();
    let is_path = keyword.form().path && !is_group_name(input);
    if is_path
        && let Ok(path) = ahead.call(Path::parse_mod_style)
        && !ahead.peek(Token![!])
        && !ahead.peek(Paren)
    {
        input.advance_to(&ahead);
        return Some(Leaf::Path(path));
    }
    let ahead = input.fork();
    let (found, help) = match ahead.parse::<Lit>() {
        Ok(Lit::Str(literal)) if is_plain(&literal) => {
            input.advance_to(&ahead);
            return Some(Leaf::Text(literal));
        }
        Ok(literal) => wrong_literal(keyword, around, &literal),
        Err(_) => wrong_token(keyword, around, input),
    };
    let message = format!("expected a string literal, found {found}");
    errors.push(input.span(), &message, &help);
    skip_to_comma(input);
    None
}

/// `any` or `all`, which is no constant.
fn is_group_name(input: ParseStream<'_>) -> bool {
    let name = input.fork().call(Ident::parse_any);
    name.is_ok_and(|name| GroupKind::from_name(&name.to_string()).is_some())
        && !input.peek2(Token![::])
}

fn texts<'a, T: ToString + 'a>(members: impl Iterator<Item = &'a T>) -> Vec<String> {
    members.map(ToString::to_string).collect()
}
