//! Item tokens in, a function out: attributes and signature parsed, the body kept as tokens,
//! because half-typed code is the compiler's business.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Abi, Attribute, Signature, Token, Visibility, braced,
    parse::{Parse, ParseStream},
    token::{Brace, Bracket},
};

use crate::errors::mistake;

const FREE_FUNCTION_HELP: &str = "write `#[clerk_auth]` on a free `async fn` with a body";

/// The item as it was written.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
}

pub(crate) struct Body {
    pub(crate) brace: Brace,
    /// `#![…]`, which must stay first.
    pub(crate) inner_attributes: TokenStream,
    pub(crate) tokens: TokenStream,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !starts_function(input)? {
            let message = "expected an async function";
            return Err(mistake(input.span(), message, FREE_FUNCTION_HELP));
        }
        let signature: Signature = input.parse().map_err(|error| unreadable(&error))?;
        if !input.peek(Brace) {
            let message = "expected the body of a function";
            return Err(mistake(input.span(), message, FREE_FUNCTION_HELP));
        }
        let body = input.parse()?;
        Ok(Self { attributes, visibility, signature, body })
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

fn unreadable(error: &syn::Error) -> syn::Error {
    mistake(error.span(), &error.to_string(), FREE_FUNCTION_HELP)
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
