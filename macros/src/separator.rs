//! Tokens between two arguments or members in, the comma taken, or its absence reported.

use proc_macro2::{Ident, TokenTree};
use syn::{
    Token,
    ext::IdentExt,
    parse::{End, ParseStream},
    token::Paren,
};

use crate::{errors::Errors, found::found, key::Key};

/// Takes the comma before the next one of `what`, after a value of `key`. A missing comma is reported; what follows is read
/// only if it looks like the next one, so that one mistake stays one error.
pub(crate) fn comma(
    input: ParseStream,
    what: &str,
    key: Option<&Key>,
    starts: fn(ParseStream) -> bool,
    errors: &mut Errors,
) {
    if input.is_empty() || input.parse::<Token![,]>().is_ok() {
        return;
    }
    let message = format!("expected `,` between {what}, found {}", found(input));
    let help = match key {
        Some(key) if is_operator(input) && key.form().takes_several() => {
            format!("write several values as `{}`", key.several())
        }
        _ => format!("separate {what} with `,`"),
    };
    errors.push(input.span(), &message, &help);
    if starts(input) {
        return;
    }
    skip_to_comma(input);
    input.parse::<Token![,]>().ok();
}

/// `"a" | "b"`
fn is_operator(input: ParseStream) -> bool {
    let is_or = input.peek(Token![|]) || input.peek(Token![||]);
    is_or || input.peek(Token![&]) || input.peek(Token![&&]) || input.peek(Token![+])
}

/// Whether this looks like the next argument.
pub(crate) fn starts_argument(input: ParseStream) -> bool {
    let is_name = input.peek(Ident::peek_any);
    let goes_on = input.peek2(Token![=]) || input.peek2(Paren);
    is_name && (goes_on || input.peek2(Token![,]) || input.peek2(End))
}

pub(crate) fn skip_to_comma(input: ParseStream) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}
