//! The token types that can enter in, the type of the caller's identity out.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    expand::paths::Paths,
    policy::accepts::Accepts,
    token_type::{TokenType, identity_parts},
};

/// The struct of the one accepted type, or the enum of all, with `Never` for those that cannot
/// enter: `Identity<SessionToken, Never, Never, ApiKey>`. With `optional`, an `Option` of it.
pub(crate) fn of(accepts: &Accepts, paths: &Paths) -> TokenStream {
    let root = paths.root();
    let identity = match accepts.types.as_slice() {
        [kind] => {
            let name = format_ident!("{}", kind.type_name());
            quote!(#root::#name)
        }
        types if types.len() == TokenType::ALL.len() => quote!(#root::Identity),
        types => {
            let parts = identity_parts(types).map(|name| format_ident!("{name}"));
            quote!(#root::Identity<#(#root::#parts),*>)
        }
    };
    if !accepts.is_optional {
        return identity;
    }
    quote!(::core::option::Option<#identity>)
}
