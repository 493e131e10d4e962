//! Tokens of a list or a group in, its members out.

use proc_macro2::Ident;
use syn::{
    Lit, LitStr, Path, Token, bracketed,
    ext::IdentExt,
    parenthesized,
    parse::{ParseStream, discouraged::Speculative},
    token::Paren,
};

use crate::{
    condition::Condition,
    errors::Errors,
    found::{is_plain, write, wrong_literal, wrong_token},
    key::Key,
    names::{alternatives, near},
    separator::{comma, skip_to_comma},
    tree::{Group, GroupKind, Leaf, Node},
    value::Value,
};

/// A user has one role: several can only be alternatives.
const ROLE: Key = Key::Condition(Condition::Role);

/// `["a", "b"]`.
pub(crate) fn list(key: Key, input: ParseStream, errors: &mut Errors) -> syn::Result<Value> {
    let content;
    let bracket = bracketed!(content in input);
    let mut members = Vec::new();
    while !content.is_empty() {
        let group = content.fork().call(Ident::parse_any).ok();
        if let Some(name) = group.filter(|_| key.form().group && content.peek2(Paren)) {
            let message = format!("`{name}(…)` stands in a list");
            let help = "write `all(…)` instead of `[…]`";
            errors.push(name.span(), &message, help);
            skip_to_comma(&content);
            members.push(None);
        } else {
            members.push(leaf(key, &content, errors));
        }
        comma(&content, "members", None, starts_leaf, errors);
    }
    if key.form().list {
        return Ok(Value::List(bracket.span.join(), members));
    }
    let name = key.name();
    let texts: Vec<String> = members.iter().flatten().map(Leaf::to_string).collect();
    let (message, help) = if !key.form().group {
        (format!("`{name}` takes one value, not a list"), write(key))
    } else if let ([_, _, ..], true) = (texts.as_slice(), key != ROLE) {
        let texts = texts.join(", ");
        let help = format!(
            "write `{name} = any({texts})` where one is enough, `{name} = all({texts})` where each \
             is needed"
        );
        (format!("`{name}` takes a group, not a list"), help)
    } else if let [text] = texts.as_slice() {
        (format!("`{name}` takes a group, not a list"), format!("write `{name} = {text}`"))
    } else if texts.is_empty() {
        (format!("`{name}` takes a group, not a list"), write(key))
    } else {
        let help = format!("write `{name} = any({})`", texts.join(", "));
        (format!("`{name}` takes a group, not a list"), help)
    };
    errors.push(bracket.span.join(), &message, &help);
    Ok(Value::Unreadable)
}

/// `any(…)` as a whole value.
pub(crate) fn only_group(key: Key, input: ParseStream, errors: &mut Errors) -> syn::Result<Value> {
    let Some(group) = group(key, input, errors)? else {
        return Ok(Value::Unreadable);
    };
    if key.form().group {
        return Ok(Value::Group(group));
    }
    let name = key.name();
    let message = format!("`{name}` takes no group");
    let texts: Vec<String> = group.nodes().map(Node::to_string).collect();
    let help = if key.form().list && !texts.is_empty() {
        format!("write `{name} = [{}]`", texts.join(", "))
    } else {
        write(key)
    };
    errors.push(group.span, &message, &help);
    Ok(Value::Unreadable)
}

/// `any("a", all("b", "c"))`; `None` for another name, which was reported.
fn group(key: Key, input: ParseStream, errors: &mut Errors) -> syn::Result<Option<Group>> {
    let name = input.call(Ident::parse_any)?;
    let content;
    parenthesized!(content in input);
    let Some(kind) = GroupKind::from_name(&name.to_string()) else {
        let (message, help) = unknown_group(key, &name);
        errors.push(name.span(), &message, &help);
        return Ok(None);
    };
    let mut members = Vec::new();
    while !content.is_empty() {
        let member = if content.peek(Ident::peek_any) && content.peek2(Paren) {
            group(key, &content, errors)?.map(Node::Group)
        } else {
            leaf(key, &content, errors).map(Node::Leaf)
        };
        members.push(member);
        comma(&content, "members", None, starts_leaf, errors);
    }
    Ok(Some(Group { kind, span: name.span(), members }))
}

fn unknown_group(key: Key, name: &Ident) -> (String, String) {
    let text = name.to_string();
    if !key.form().group {
        let message = format!("expected a string literal, found `{name}(…)`");
        return (message, write(key));
    }
    let message = format!("unknown group `{name}`");
    let near = match text.as_str() {
        "or" | "one_of" | "some" => vec!["any"],
        "and" | "every" | "each" => vec!["all"],
        _ => near(&text, ["any", "all"]),
    };
    let help = match near.as_slice() {
        [] => "write `any(…)` where one is enough, `all(…)` where each is needed".into(),
        near => format!("did you mean {}?", alternatives(near)),
    };
    (message, help)
}

/// `"a"`, or a path where the key takes one; anything else is an error and is skipped.
pub(crate) fn leaf(key: Key, input: ParseStream, errors: &mut Errors) -> Option<Leaf> {
    let ahead = input.fork();
    if key.form().path
        && let Ok(path) = ahead.call(Path::parse_mod_style)
        && !ahead.peek(Token![!])
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
        Ok(literal) => wrong_literal(key, &literal),
        Err(_) => wrong_token(key, input),
    };
    let message = format!("expected a string literal, found {found}");
    errors.push(input.span(), &message, &help);
    skip_to_comma(input);
    None
}

fn starts_leaf(input: ParseStream) -> bool {
    input.peek(LitStr)
}
