//! Item tokens in, a function out: attributes and signature parsed, the body kept as tokens,
//! because half-typed code is the compiler's business.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{
    Abi, Attribute, Signature, Token, Visibility, braced,
    ext::IdentExt,
    parse::{End, Parse, ParseStream, discouraged::Speculative},
    token::{Brace, Bracket},
};

use crate::{
    args::keyword::is_constant, camel_case::camel_case, errors::mistake,
    handler::half_typed::without_unreadable_parameters,
};

const FREE_FUNCTION_HELP: &str = "write `#[clerk_auth]` on a free `async fn` with a body";

const PARAMETER_HELP: &str = "a parameter is a name and a type: `subject: Subject`";

/// The item as it was written.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
    /// A parameter that was left out because it cannot be read.
    pub(crate) unreadable: Option<syn::Error>,
}

pub(crate) struct Body {
    pub(crate) brace: Brace,
    /// `#![…]`, which must stay first.
    pub(crate) inner_attributes: TokenStream,
    pub(crate) tokens: TokenStream,
}

impl Function {
    pub(crate) fn of(item: TokenStream) -> syn::Result<Self> {
        let has_help = |error: &syn::Error| error.to_string().contains("help: ");
        syn::parse2(item).map_err(|error| {
            if has_help(&error) { error } else { unreadable(&error, FREE_FUNCTION_HELP) }
        })
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !starts_function(input)? {
            let message = "expected an async function";
            let help = unit_struct(input);
            let help = help.as_deref().unwrap_or(FREE_FUNCTION_HELP);
            return Err(mistake(input.span(), message, help));
        }
        let ahead = input.fork();
        let (signature, unreadable) = match ahead.parse::<Signature>() {
            Ok(signature) => {
                input.advance_to(&ahead);
                (signature, None)
            }
            Err(error) => {
                let Some(signature) = without_unreadable_parameters(input) else {
                    return Err(unreadable(&error, FREE_FUNCTION_HELP));
                };
                let error = unreadable(&error, PARAMETER_HELP);
                while !input.peek2(End) && input.parse::<TokenTree>().is_ok() {}
                (signature, Some(error))
            }
        };
        if !input.peek(Brace) {
            let message = "expected the body of a function";
            return Err(mistake(input.span(), message, FREE_FUNCTION_HELP));
        }
        let body = input.parse()?;
        Ok(Self { attributes, visibility, signature, body, unreadable })
    }
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        let brace = braced!(content in input);
        let mut inner_attributes = TokenStream::new();
        while content.peek(Token![#]) && content.peek2(Token![!]) && content.peek3(Bracket) {
            for _ in 0..3 {
                inner_attributes.extend([content.parse::<TokenTree>()?]);
            }
        }
        Ok(Self { brace, inner_attributes, tokens: content.parse()? })
    }
}

/// What to write for another item whose name can be that of a shared policy.
fn unit_struct(input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    let word = ahead.call(Ident::parse_any).ok()?;
    let is_item = ["const", "enum", "static", "type", "union"].iter().any(|item| word == item);
    let name = ahead.parse::<Ident>().ok().filter(|_| is_item)?.to_string();
    let name = if is_constant(&name) { camel_case(&name.to_lowercase()) } else { name };
    Some(format!("to declare a shared policy, write `struct {name};`"))
}

/// What syn can read there is a long list, which is left out.
fn unreadable(error: &syn::Error, help: &str) -> syn::Error {
    let text = error.to_string();
    let message = text.split(", expected one of").next().unwrap_or(&text);
    mistake(error.span(), message, help)
}

/// Whether a function stands here, with whatever qualifiers.
fn starts_function(input: ParseStream<'_>) -> syn::Result<bool> {
    let ahead = input.fork();
    ahead.parse::<Option<Token![const]>>()?;
    ahead.parse::<Option<Token![async]>>()?;
    ahead.parse::<Option<Token![unsafe]>>()?;
    ahead.parse::<Option<Abi>>()?;
    Ok(ahead.peek(Token![fn]))
}
