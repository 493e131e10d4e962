//! The token types that can enter in, the type of the caller's identity out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::{
    expand::paths::Paths,
    policy::accepts::Accepts,
    token_type::{TokenType, identity_parts},
};

/// The struct of the one accepted type, or the enum of all, with `Never` for those that cannot
/// enter: `Identity<SessionToken, Never, Never, ApiKey>`. With `optional`, an `Option` of it.
pub(crate) fn of(accepts: &Accepts, paths: &Paths) -> TokenStream {
    let identity = always(&accepts.types, paths);
    if accepts.optional.is_none() {
        return identity;
    }
    quote!(::core::option::Option<#identity>)
}

fn always(types: &[TokenType], paths: &Paths) -> TokenStream {
    let root = paths.root();
    if let [kind] = types {
        let name = type_name(kind.type_name());
        return quote!(#root::#name);
    }
    if types.len() == TokenType::ALL.len() {
        return quote!(#root::Identity);
    }
    let parts = identity_parts(types).map(type_name);
    quote!(#root::Identity<#(#root::#parts),*>)
}

fn type_name(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
