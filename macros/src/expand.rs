//! Policy and handler in, the guarded handler out. Cannot fail, and decides nothing: what it writes
//! is data for the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, Pat, PatType, Path, Type, parse_quote, token::Brace};

use crate::{
    expand::{
        binding::{bindings, bindings_of_nobody},
        paths::Paths,
        policy_type::own_items,
    },
    handler::Handler,
    policy::Policy,
};

mod binding;
mod cfg;
pub(crate) mod paths;
mod policy_tokens;
mod policy_type;
mod server_function;

pub(crate) use {policy_tokens::expression, policy_type::declared};

/// The handler behind the policy.
pub(crate) fn guarded(policy: &Policy, handler: Handler, paths: &Paths) -> TokenStream {
    let items = own_items(&handler, Some(policy), paths);
    let guard = guard_type(&handler.policy, handler.decoded_claims(), paths);
    let bindings = bindings(policy, &handler);
    rewrite(handler, paths, items.as_ref(), Some(&policy.summary()), &guard, bindings)
}

/// The handler behind a policy that rejects each request.
pub(crate) fn deny_all(mut handler: Handler, paths: &Paths) -> TokenStream {
    let root = paths.root();
    if handler.is_shared {
        handler.policy = parse_quote!(#root::__private::DenyAll);
    }
    let items = own_items(&handler, None, paths);
    let guard = guard_type(&handler.policy, None, paths);
    let bindings = bindings_of_nobody(&handler, paths);
    rewrite(handler, paths, items.as_ref(), None, &guard, bindings)
}

/// The value of `policy!` after a mistake.
/// ```text
/// {
///     ::core::compile_error! { "…" }
///     ::clerk_auth::Policy::DENY_ALL
/// }
/// ```
pub(crate) fn deny_all_policy(errors: &TokenStream, paths: &Paths) -> TokenStream {
    let root = paths.root();
    quote!({ #errors #root::Policy::DENY_ALL })
}

/// ```text
/// async fn list(State(notes): State<Notes>, subject: Subject) -> Reply { body }
/// ```
/// becomes
/// ```text
/// enum ListPolicy {}
/// impl ListPolicy { … }
/// impl ::clerk_auth::Guarded for ListPolicy { … }
/// /// Requires `session_token`.
/// async fn list(guard: ::clerk_auth::Guard<ListPolicy>, State(notes): State<Notes>) -> Reply {
///     let subject: Subject = guard.subject().clone();
///     { body }
/// }
/// ```
fn rewrite(
    handler: Handler,
    paths: &Paths,
    items: Option<&TokenStream>,
    summary: Option<&str>,
    guard_type: &TokenStream,
    bindings: Vec<TokenStream>,
) -> TokenStream {
    let Handler { policy, mut attributes, visibility, mut signature, body, framework, .. } =
        handler;
    let guard = guard_name(bindings.is_empty());
    let (layer, first) = match framework {
        None => {
            let parameter = guard_parameter(&guard, guard_type);
            signature.inputs.insert(0, parameter);
            (None, None)
        }
        Some(framework) => (
            Some(server_function::layer(framework, &policy, paths)),
            Some(server_function::statement(framework, &guard, guard_type, paths)),
        ),
    };
    if let Some(summary) = summary {
        document(&mut attributes, summary);
    }
    let statements: Vec<TokenStream> = first.into_iter().chain(bindings).collect();

    let mut output = quote! {
        #items
        #(#attributes)*
        #layer
        #visibility #signature
    };
    // The caller's own braces: with ours, rustc would not say that a handler is never used.
    body.brace.surround(&mut output, |block| {
        body.inner_attributes.to_tokens(block);
        if statements.is_empty() {
            body.tokens.to_tokens(block);
            return;
        }
        block.extend(statements);
        // And braces of ours: in edition 2021, what the last expression borrows must outlive it,
        // and braces are of the edition of whoever writes them.
        Brace(Span::mixed_site()).surround(block, |block| body.tokens.to_tokens(block));
    });
    output
}

/// Adds a paragraph below the documentation of the handler.
fn document(attributes: &mut Vec<Attribute>, summary: &str) {
    if attributes.iter().any(|attribute| attribute.path().is_ident("doc")) {
        attributes.push(parse_quote!(#[doc = ""]));
    }
    let line = format!(" {summary}");
    attributes.push(parse_quote!(#[doc = #line]));
}

/// `::clerk_auth::Guard<ListPolicy>`, with the user's own type of claims behind the policy.
///
/// It is never the user's: what the user calls `Guard` could be another type, and then nothing
/// would guard.
fn guard_type(policy: &Path, claims: Option<&Type>, paths: &Paths) -> TokenStream {
    let root = paths.root();
    let claims = claims.map(|claims| quote!(, #claims));
    quote!(#root::Guard<#policy #claims>)
}

fn guard_parameter(guard: &Ident, guard_type: &TokenStream) -> FnArg {
    FnArg::Typed(PatType {
        attrs: Vec::new(),
        pat: Box::new(Pat::Verbatim(guard.to_token_stream())),
        colon_token: <_>::default(),
        ty: Box::new(Type::Verbatim(guard_type.clone())),
    })
}

/// `guard`; `_guard` where no value is taken from it. The user's own `guard` is another variable:
/// this name is ours alone.
fn guard_name(is_unused: bool) -> Ident {
    Ident::new(if is_unused { "_guard" } else { "guard" }, Span::mixed_site())
}
