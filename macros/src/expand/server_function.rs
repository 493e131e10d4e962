//! A framework and a policy in, the guard of a server function out: a layer that lets nothing be
//! decoded for a rejected caller, and the first statement of the body.
//!
//! The body has a guard of its own, because a page that is rendered on the server calls the function
//! without a request, and so past the layer. On clients the framework's attribute drops both.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Attribute, Path, parse_quote};

use crate::{expand::paths::Paths, handler::server_function::Framework};

/// ```text
/// #[middleware(::clerk_auth::leptos_layer!(list))]
/// ```
/// Below the function's own layers, which makes it the outermost: it runs first.
pub(crate) fn layer(framework: Framework, policy: &Path, paths: &Paths) -> TokenStream {
    let root = paths.root();
    let layer = format_ident!("{}_layer", name(framework));
    quote!(#[middleware(#root::#layer!(#policy))])
}

/// ```text
/// let guard: ::clerk_auth::Guard<ListPolicy> = ::clerk_auth::leptos_guard!();
/// ```
pub(crate) fn statement(
    framework: Framework,
    guard: &Ident,
    guard_type: &TokenStream,
    paths: &Paths,
) -> TokenStream {
    let root = paths.root();
    let take = format_ident!("{}_guard", name(framework));
    quote!(let #guard: #guard_type = #root::#take!();)
}

/// ```text
/// #[cfg(feature = "ssr")]
/// ```
/// The policy is of the server. Where the feature has another name, the server finds no policy and
/// does not compile.
pub(crate) fn existence(framework: Framework) -> Attribute {
    let feature = framework.server_feature();
    parse_quote!(#[cfg(feature = #feature)])
}

const fn name(framework: Framework) -> &'static str {
    match framework {
        Framework::Leptos => "leptos",
        Framework::Dioxus => "dioxus",
    }
}
