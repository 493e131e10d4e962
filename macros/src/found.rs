//! Tokens that are not what was expected in, their name in a message and the help out.

use proc_macro2::{Delimiter, TokenTree};
use syn::{
    Ident, Lit, LitStr, Token,
    parse::ParseStream,
    token::{Bracket, Paren},
};

use crate::{
    condition::Condition,
    key::Key,
    names::{alternatives, near},
    tree::GroupKind,
};

/// The next token, as it is shown in a message.
pub(crate) fn found(input: ParseStream<'_>) -> String {
    match input.cursor().token_tree() {
        Some((TokenTree::Group(group), _)) => match group.delimiter() {
            Delimiter::Parenthesis => "`(`".into(),
            Delimiter::Brace => "`{`".into(),
            Delimiter::Bracket => "`[`".into(),
            Delimiter::None => "other tokens".into(),
        },
        Some((token, _)) => format!("`{token}`"),
        None => "nothing".into(),
    }
}

/// Neither raw nor with a suffix.
pub(crate) fn is_plain(literal: &LitStr) -> bool {
    literal.suffix().is_empty() && literal.token().to_string().starts_with('"')
}

/// What the literal is, and what to write.
pub(crate) fn wrong_literal(key: Key, literal: &Lit) -> (String, String) {
    let found = match literal {
        Lit::Str(text) if text.suffix().is_empty() => {
            return ("a raw string".into(), format!("write `{:?}`", text.value()));
        }
        Lit::Str(text) => {
            let found = format!("a string with the suffix `{}`", text.suffix());
            return (found, format!("write `{:?}`", text.value()));
        }
        Lit::ByteStr(_) => "a byte string",
        Lit::CStr(_) => "a C string",
        Lit::Byte(_) => "a byte",
        Lit::Char(_) => "a character",
        Lit::Int(_) | Lit::Float(_) => "a number",
        Lit::Bool(_) => "a boolean",
        _ => "another literal",
    };
    (found.into(), write(key))
}

/// What stands there, and what to write.
pub(crate) fn wrong_token(key: Key, input: ParseStream<'_>) -> (String, String) {
    let ahead = input.fork();
    if let Ok(path) = ahead.call(syn::Path::parse_mod_style) {
        if ahead.peek(Token![!]) {
            let help = format!("no macro runs in the arguments; {}", write(key));
            return ("a macro call".into(), help);
        }
        if ahead.peek(Paren) {
            return ("a call".into(), write(key));
        }
        let Some(name) = path.get_ident() else {
            return ("a path".into(), write(key));
        };
        let kind = GroupKind::from_name(&name.to_string()).filter(|_| key.form().group);
        let help = match kind {
            Some(kind) => format!("write `{} = {}`", key.name(), key.group(kind)),
            None => format!("write `\"{name}\"`"),
        };
        return (format!("`{name}`"), help);
    }
    if input.peek(Token![,]) {
        return ("`,`".into(), "remove this `,`".into());
    }
    if input.peek(Bracket) {
        return ("a list in a list".into(), format!("write `{}`", key.several()));
    }
    (found(input), write_one_or_several(key))
}

/// A list for a key that takes none: what is wrong, and what to write.
pub(crate) fn wrong_list(key: Key, members: &[String]) -> (String, String) {
    let name = key.name();
    if !key.form().group {
        let message = format!("`{name}` takes one value, not a list");
        return (message, write_first(key, members));
    }
    let all = members.join(", ");
    let help = match members {
        [] | [_] => write_first(key, members),
        // A user has one role: several can only be alternatives.
        _ if key == Key::Condition(Condition::Role) => format!("write `{name} = any({all})`"),
        _ => format!(
            "write `{name} = any({all})` where one is enough, `{name} = all({all})` where each is \
             needed"
        ),
    };
    (format!("`{name}` takes a group, not a list"), help)
}

/// A group for a key that takes none: what is wrong, and what to write.
pub(crate) fn wrong_group(key: Key, members: &[String]) -> (String, String) {
    let name = key.name();
    let help = if key.form().list && !members.is_empty() {
        format!("write `{name} = [{}]`", members.join(", "))
    } else {
        write_first(key, members)
    };
    (format!("`{name}` takes no group"), help)
}

/// Another name than `any` and `all`: what is wrong, and what to write.
pub(crate) fn unknown_group(key: Key, name: &Ident) -> (String, String) {
    if !key.form().group {
        let message = format!("expected a string literal, found `{name}(…)`");
        return (message, write(key));
    }
    let name = name.to_string();
    let near = match name.as_str() {
        "or" | "one_of" | "oneof" | "some" => vec!["any"],
        "and" | "every" | "each" => vec!["all"],
        _ => near(&name, ["any", "all"]),
    };
    let help = match near.as_slice() {
        [] => "write `any(…)` where one is enough, `all(…)` where each is needed".into(),
        near => format!("did you mean {}?", alternatives(near)),
    };
    (format!("unknown group `{name}`"), help)
}

fn write_first(key: Key, members: &[String]) -> String {
    match members.first() {
        Some(first) if key != Key::Optional => format!("write `{} = {first}`", key.name()),
        _ => write(key),
    }
}

/// "write `accepts = "oauth_token"`"
pub(crate) fn write(key: Key) -> String {
    format!("write `{}`", key.example())
}

fn write_one_or_several(key: Key) -> String {
    let (one, several) = (key.example(), key.several());
    if one == several {
        return format!("write `{one}`");
    }
    format!("write `{one}` or `{several}`")
}
