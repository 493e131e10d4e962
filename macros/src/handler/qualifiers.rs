//! The words before `fn` in, the mistakes in them out, and the words that a handler has.

use std::mem;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ReturnType, Safety, Signature, Token, spanned::Spanned};

use crate::errors::Errors;

/// Reports a function that is surely not a handler.
pub(crate) fn check_purpose(signature: &Signature, body: &TokenStream, errors: &mut Errors) {
    let (message, help) = if signature.asyncness.is_some() {
        return;
    } else if blocks_on(body) {
        (
            "`#[tokio::main]` or `#[tokio::test]` stands above `#[clerk_auth]`",
            "remove one of the two: a handler is neither; a test calls it with a guard of \
             `testing::Caller`",
        )
    } else if returns_router(&signature.output) {
        (
            "a function that returns a router is not a handler",
            "write `#[clerk_auth]` above each handler, or give the router a `ClerkLayer`",
        )
    } else {
        return;
    };
    errors.push(signature.fn_token.span, message, help);
}

/// `unsafe fn f()` → `async fn f()`; every change is a mistake to report.
pub(crate) fn repair_qualifiers(signature: &mut Signature, errors: &mut Errors) {
    let mut reject = |span: Span, word: &str| {
        let message = format!("a handler cannot be `{word}`");
        errors.push(span, &message, &format!("remove `{word}`"));
    };
    if let Some(token) = signature.constness.take() {
        reject(token.span, "const");
    }
    if let Safety::Unsafe(token) = mem::replace(&mut signature.safety, Safety::Default) {
        reject(token.span, "unsafe");
    }
    if let Some(abi) = signature.abi.take() {
        reject(abi.extern_token.span, "extern");
    }
    if let Some(variadic) = signature.variadic.take() {
        let message = "a handler cannot be variadic";
        errors.push(variadic.dots.span(), message, "remove `...`");
    }
    if signature.asyncness.is_none() {
        let name = &signature.ident;
        let returns_future = returns_future(&signature.output);
        let help = if returns_future {
            format!("write `async fn {name}`, and return what the future returns")
        } else {
            format!("write `async fn {name}`")
        };
        errors.push(signature.fn_token.span, "a handler must be `async`", &help);
        if !returns_future {
            signature.asyncness = Some(Token![async](signature.fn_token.span));
        }
    }
}

/// Whether a future is named, such as in `impl Future<Output = T>` or `BoxFuture<T>`.
fn returns_future(output: &ReturnType) -> bool {
    output.to_token_stream().into_iter().any(|token| match token {
        TokenTree::Ident(name) => name.to_string().ends_with("Future"),
        _ => false,
    })
}

fn returns_router(output: &ReturnType) -> bool {
    output
        .to_token_stream()
        .into_iter()
        .any(|token| matches!(token, TokenTree::Ident(name) if name == "Router"))
}

/// Whether the body is what tokio's attributes leave of an `async` one.
fn blocks_on(body: &TokenStream) -> bool {
    body.clone().into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == "block_on",
        TokenTree::Group(group) => blocks_on(&group.stream()),
        _ => false,
    })
}
