//! Attribute tokens in, [`Args`] out: every `key = value` with the spans of both. Syntax only; what
//! a value means is decided in `policy`.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use syn::{
    Lit, LitStr, Token, bracketed,
    ext::IdentExt,
    parse::{ParseStream, Parser, discouraged::Speculative},
    token::Bracket,
};

use crate::{
    errors::Errors,
    names::{alternatives, near},
    token_type::TokenType,
};

/// The names of the arguments.
const KEYS: [&str; 2] = ["accepts", "scopes"];

const EXAMPLE_HELP: &str =
    "write `#[clerk_auth(accepts = \"oauth_token\", scopes = \"read:notes\")]`";
const EXTRA_COMMA_HELP: &str = "remove this `,`";

/// The arguments as they were written.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) accepts: Option<Argument>,
    pub(crate) scopes: Option<Argument>,
}

pub(crate) struct Argument {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

/// What stands after `=`.
pub(crate) enum Value {
    Text(LitStr),
    /// The span is that of the brackets. `None` is a member about which an error was reported.
    List(Span, Vec<Option<LitStr>>),
    /// An error was reported.
    Unreadable,
}

impl Args {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let parser = |input: ParseStream| {
            args.fill(input, errors);
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error.span(), &error.to_string(), EXAMPLE_HELP);
        }
        args
    }

    fn fill(&mut self, input: ParseStream, errors: &mut Errors) {
        while !input.is_empty() {
            self.argument(input, errors);
            comma(input, "arguments", starts_argument, errors);
        }
    }

    fn argument(&mut self, input: ParseStream, errors: &mut Errors) {
        if input.peek(Token![,]) {
            let message = "expected an argument, found `,`";
            return errors.push(input.span(), message, EXTRA_COMMA_HELP);
        }
        let Ok(key) = input.call(Ident::parse_any) else {
            let message = format!("expected the name of an argument, found {}", found(input));
            errors.push(input.span(), &message, EXAMPLE_HELP);
            return skip_to_comma(input);
        };
        let slot = match key.to_string().as_str() {
            "accepts" => &mut self.accepts,
            "scopes" => &mut self.scopes,
            unknown => {
                let message = format!("unknown argument `{unknown}`");
                errors.push(key.span(), &message, &known_arguments(unknown));
                return skip_to_comma(input);
            }
        };
        if slot.is_some() {
            let message = format!("`{key}` is written twice");
            let help = format!("write one `{key}`; it can hold a list: `{}`", list(&key));
            errors.push(key.span(), &message, &help);
        }
        let value = after_equals(&key, input, errors);
        slot.get_or_insert(Argument { key, value });
    }
}

/// `= value`.
fn after_equals(key: &Ident, input: ParseStream, errors: &mut Errors) -> Value {
    let Ok(equals) = input.parse::<Token![=]>() else {
        let message = format!("expected `=` and a value after `{key}`");
        errors.push(key.span(), &message, &write(key));
        skip_to_comma(input);
        return Value::Unreadable;
    };
    if input.is_empty() || input.peek(Token![,]) {
        let message = format!("expected a value after `{key} =`");
        errors.push(equals.span, &message, &write(key));
        return Value::Unreadable;
    }
    if input.peek(Bracket) {
        return members(key, input, errors).unwrap_or_else(|error| {
            errors.push(error.span(), &error.to_string(), &write(key));
            Value::Unreadable
        });
    }
    text(key, input, errors).map_or(Value::Unreadable, Value::Text)
}

/// `["a", "b"]`.
fn members(key: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<Value> {
    let content;
    let bracket = bracketed!(content in input);
    let mut members = Vec::new();
    while !content.is_empty() {
        members.push(text(key, &content, errors));
        comma(&content, "members", |next| next.peek(LitStr), errors);
    }
    Ok(Value::List(bracket.span.join(), members))
}

/// `"a"`; anything else is an error and is skipped.
fn text(key: &Ident, input: ParseStream, errors: &mut Errors) -> Option<LitStr> {
    let ahead = input.fork();
    let (found, help) = match ahead.parse::<Lit>() {
        Ok(Lit::Str(literal)) if is_plain(&literal) => {
            input.advance_to(&ahead);
            return Some(literal);
        }
        Ok(literal) => wrong_literal(key, &literal),
        Err(_) => wrong_token(key, input),
    };
    let message = format!("expected a string literal, found {found}");
    errors.push(input.span(), &message, &help);
    skip_to_comma(input);
    None
}

/// Neither raw nor with a suffix.
fn is_plain(literal: &LitStr) -> bool {
    literal.suffix().is_empty() && literal.token().to_string().starts_with('"')
}

/// What the literal is, and what to write.
fn wrong_literal(key: &Ident, literal: &Lit) -> (String, String) {
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
fn wrong_token(key: &Ident, input: ParseStream) -> (String, String) {
    let ahead = input.fork();
    if let Ok(path) = ahead.call(syn::Path::parse_mod_style) {
        if ahead.peek(Token![!]) {
            let help = format!("an attribute is read before macros run; {}", write(key));
            return ("a macro call".into(), help);
        }
        return match path.get_ident() {
            Some(name) => (format!("`{name}`"), format!("write `\"{name}\"`")),
            None => ("a path".into(), write(key)),
        };
    }
    if input.peek(Token![,]) {
        return ("`,`".into(), EXTRA_COMMA_HELP.into());
    }
    if input.peek(Bracket) {
        return ("a list in a list".into(), format!("write `{}`", list(key)));
    }
    (found(input), format!("{} or `{}`", write(key), list(key)))
}

/// The next token, as it is shown in a message.
fn found(input: ParseStream) -> String {
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

/// Takes the comma before the next one of `what`. A missing comma is reported; what follows is read
/// only if it looks like the next one, so that one mistake stays one error.
fn comma(input: ParseStream, what: &str, starts: fn(ParseStream) -> bool, errors: &mut Errors) {
    if input.is_empty() || input.parse::<Token![,]>().is_ok() {
        return;
    }
    let message = format!("expected `,` between {what}, found {}", found(input));
    errors.push(input.span(), &message, &format!("separate {what} with `,`"));
    if starts(input) {
        return;
    }
    skip_to_comma(input);
    input.parse::<Token![,]>().ok();
}

fn starts_argument(input: ParseStream) -> bool {
    input.peek(Ident::peek_any) && input.peek2(Token![=])
}

fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

fn known_arguments(unknown: &str) -> String {
    if let Some(kind) = TokenType::from_name(unknown) {
        return format!("write `accepts = \"{}\"`", kind.name());
    }
    let near = near(unknown, KEYS);
    if near.is_empty() {
        return format!("write {}", alternatives(&KEYS));
    }
    format!("did you mean {}?", alternatives(&near))
}

fn write(key: &Ident) -> String {
    if key == "scopes" {
        return "write `scopes = \"read:notes\"`".into();
    }
    "write `accepts = \"oauth_token\"`".into()
}

fn list(key: &Ident) -> &'static str {
    if key == "scopes" {
        return "scopes = [\"read:notes\", \"write:notes\"]";
    }
    "accepts = [\"session_token\", \"api_key\"]"
}
