//! A policy in, the policy type out: its policy, and what a guard of it holds.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, ItemStruct, Path, Visibility};

use crate::{
    expand::{cfg::existence, document, paths::Paths, policy_tokens, server_function},
    handler::{
        Handler,
        injected::{InjectedValue, Presence},
    },
    policy::Policy,
    token_type::{TokenType, identity_parts},
};

/// The unit struct as a policy type. Without a policy, it rejects every request.
/// ```text
/// pub struct ReadNotes;
/// impl ReadNotes { pub const POLICY: ::clerk_auth::Policy = …; }
/// impl ::clerk_auth::Guarded for ReadNotes { … }
/// ```
pub(crate) fn declared(
    policy: Option<&Policy>,
    mut item: ItemStruct,
    paths: &Paths,
) -> TokenStream {
    if let Some(policy) = policy {
        document(&mut item.attrs, &policy.summary());
    }
    let note = quote!(#[doc = " The policy, for a layer, a tool or `require`."]);
    let name = item.ident.clone().into();
    let impls = impls(&name, &item.vis, &existence(&item.attrs), &note, policy, paths);
    quote!(#item #impls)
}

/// ```text
/// #[cfg(unix)]
/// pub async fn list() {}
/// ```
/// becomes
/// ```text
/// #[cfg(unix)]
/// pub enum ListPolicy {}
/// #[cfg(unix)]
/// impl ListPolicy { pub const POLICY: ::clerk_auth::Policy = …; }
/// #[cfg(unix)]
/// impl ::clerk_auth::Guarded for ListPolicy { … }
/// ```
///
/// `None` if the policy type stands elsewhere. Without a policy, it rejects every request.
pub(super) fn own_items(
    handler: &Handler,
    policy: Option<&Policy>,
    paths: &Paths,
) -> Option<TokenStream> {
    let Handler { policy: name, visibility, .. } = handler;
    if handler.is_shared {
        return None;
    }
    let mut existence = existence(&handler.attributes);
    existence.extend(handler.framework.map(server_function::existence));
    let impls = impls(name, visibility, &existence, &quote!(), policy, paths);
    Some(quote! {
        #(#existence)*
        #[doc(hidden)]
        #[non_exhaustive]
        #visibility enum #name {}
        #impls
    })
}

fn impls(
    name: &Path,
    visibility: &Visibility,
    existence: &[Attribute],
    note: &TokenStream,
    policy: Option<&Policy>,
    paths: &Paths,
) -> TokenStream {
    let root = paths.root();
    let [value, identity, organization] = match policy {
        Some(policy) => [
            policy_tokens::constant(policy, paths),
            identity(policy, paths),
            organization(policy, paths),
        ],
        None => {
            [quote!(#root::Policy::DENY_ALL), quote!(#root::identity::Never), quote!(#root::OrgId)]
        }
    };
    quote! {
        #(#existence)*
        impl #name {
            #note
            #visibility const POLICY: #root::Policy = #value;
        }
        #(#existence)*
        impl #root::Guarded for #name {
            const POLICY: #root::Policy = Self::POLICY;
            type Identity = #identity;
            type Organization = #organization;
        }
    }
}

/// `OrgId` if every caller has one; else what the shared policy says.
fn organization(policy: &Policy, paths: &Paths) -> TokenStream {
    let root = paths.root();
    match (InjectedValue::OrgId.presence_for(&policy.accepts), &policy.base) {
        (Presence::Always, _) => quote!(#root::OrgId),
        (_, Some(base)) => quote!(<#base as #root::Guarded>::Organization),
        _ => quote!(::core::option::Option<#root::OrgId>),
    }
}

/// The struct of the one accepted type, or the enum of all, with `Never` for those that cannot
/// enter: `Identity<SessionToken, Never, Never, ApiKey>`. With `optional`, an `Option` of it.
fn identity(policy: &Policy, paths: &Paths) -> TokenStream {
    let root = paths.root();
    let accepts = &policy.accepts;
    let identity = match accepts.types.as_slice() {
        // Of a shared policy, with and without the `Option`.
        [] => {
            let base = &policy.base;
            let is_whole = accepts.is_optional || policy.clauses.is_empty();
            return if is_whole {
                quote!(<#base as #root::Guarded>::Identity)
            } else {
                quote!(#root::__private::TokenOf<<#base as #root::Guarded>::Identity>)
            };
        }
        [kind] => {
            let name = format_ident!("{}", kind.type_name());
            quote!(#root::#name)
        }
        types if types.len() == TokenType::ALL.len() => quote!(#root::Identity),
        types => {
            let parts = identity_parts(types).map(|name| match format_ident!("{name}") {
                never if never == "Never" => quote!(identity::#never),
                token => token.to_token_stream(),
            });
            quote!(#root::Identity<#(#root::#parts),*>)
        }
    };
    if !accepts.is_optional {
        return identity;
    }
    quote!(::core::option::Option<#identity>)
}
