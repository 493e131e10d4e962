//! Tokens that are not what was expected in, their name in a message and the help out.

use proc_macro2::{Delimiter, TokenTree};
use syn::{Lit, LitStr, Token, parse::ParseStream, token::Bracket};

use crate::key::Key;

/// The next token, as it is shown in a message.
pub(crate) fn found(input: ParseStream) -> String {
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
pub(crate) fn wrong_token(key: Key, input: ParseStream) -> (String, String) {
    let ahead = input.fork();
    if let Ok(path) = ahead.call(syn::Path::parse_mod_style) {
        if ahead.peek(Token![!]) {
            let help = format!("no macro runs in the arguments; {}", write(key));
            return ("a macro call".into(), help);
        }
        return match path.get_ident() {
            Some(name) => (format!("`{name}`"), format!("write `\"{name}\"`")),
            None => ("a path".into(), write(key)),
        };
    }
    if input.peek(Token![,]) {
        return ("`,`".into(), "remove this `,`".into());
    }
    if input.peek(Bracket) {
        return ("a list in a list".into(), format!("write `{}`", key.several()));
    }
    (found(input), write_one_or_several(key))
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
