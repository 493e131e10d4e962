//! Policy and handler in, the guarded handler out. Cannot fail, and decides nothing: what it writes
//! is data for the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, LitStr, Pat, PatType, Type};

use crate::{
    conditions::conditions,
    handler::Handler,
    injected::{Injected, InjectedValue},
    policy::Policy,
    token_type::{TokenType, alternative_types},
};

/// The handler behind the policy.
pub(crate) fn guarded(policy: &Policy, handler: Handler) -> TokenStream {
    let values = handler
        .injected
        .iter()
        .map(|injected| binding(&injected.parameter, &accessor(policy, injected)))
        .collect();
    let policy = PolicyItems {
        doc: policy_doc(policy),
        value: policy_value(policy),
        identity: identity(&policy.accepts),
    };
    rewrite(handler, &policy, values)
}

/// The handler behind a policy that refuses everyone.
pub(crate) fn refused(handler: Handler) -> TokenStream {
    let injected = handler.injected.iter().map(|injected| &injected.parameter);
    let values = injected
        .chain(&handler.overflow)
        .map(|parameter| binding(parameter, &format_ident!("never")))
        .collect();
    let policy = PolicyItems {
        doc: " Refuses everyone, because the attribute has an error.".to_owned(),
        value: quote!(::clerk_auth::Policy::REFUSE_ALL),
        identity: quote!(::clerk_auth::Never),
    };
    rewrite(handler, &policy, values)
}

/// What differs between policies.
struct PolicyItems {
    doc: String,
    value: TokenStream,
    identity: TokenStream,
}

/// ```text
/// async fn list(State(notes): State<Notes>, subject: Subject) -> Reply { body }
/// ```
/// becomes
/// ```text
/// enum list {}
/// impl list { … }
/// impl ::clerk_auth::Guarded for list { … }
/// async fn list(guard: ::clerk_auth::Guard<list>, State(notes): State<Notes>) -> Reply {
///     let subject: Subject = guard.subject();
///     body
/// }
/// ```
fn rewrite(handler: Handler, policy: &PolicyItems, values: Vec<TokenStream>) -> TokenStream {
    let policy_items = policy_items(&handler, policy);
    let Handler { attributes, visibility, mut signature, injected: _, overflow: _, body } = handler;
    let guard = guard_parameter(&signature.ident, values.is_empty());
    signature.inputs.insert(0, guard);

    let mut output = quote! {
        #policy_items
        #(#attributes)*
        #visibility #signature
    };
    body.brace.surround(&mut output, |block| {
        body.inner_attributes.to_tokens(block);
        block.extend(values);
        body.tokens.to_tokens(block);
    });
    output
}

/// ```text
/// #[cfg(unix)]
/// pub async fn list() {}
/// ```
/// becomes
/// ```text
/// #[cfg(unix)]
/// pub enum list {}
/// #[cfg(unix)]
/// impl list { pub const POLICY: ::clerk_auth::Policy = …; }
/// #[cfg(unix)]
/// impl ::clerk_auth::Guarded for list { … }
/// ```
fn policy_items(handler: &Handler, policy: &PolicyItems) -> TokenStream {
    let name = &handler.signature.ident;
    let visibility = &handler.visibility;
    let conditions = conditions(&handler.attributes);
    let PolicyItems { doc, value, identity } = policy;
    quote! {
        #(#conditions)*
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #visibility enum #name {}
        #(#conditions)*
        impl #name {
            #[doc = #doc]
            pub const POLICY: ::clerk_auth::Policy = #value;
        }
        #(#conditions)*
        impl ::clerk_auth::Guarded for #name {
            const POLICY: ::clerk_auth::Policy = Self::POLICY;
            type Identity = #identity;
        }
    }
}

/// `guard: ::clerk_auth::Guard<list>`; `_guard` where no value is taken from it.
fn guard_parameter(name: &Ident, is_unused: bool) -> FnArg {
    let guard = if is_unused { Ident::new("_guard", Span::mixed_site()) } else { guard_name() };
    FnArg::Typed(PatType {
        attrs: Vec::new(),
        pat: Box::new(Pat::Verbatim(guard.into_token_stream())),
        colon_token: <_>::default(),
        ty: Box::new(Type::Verbatim(quote!(::clerk_auth::Guard<#name>))),
    })
}

/// The user's own `guard` is another variable: this name is ours alone.
fn guard_name() -> Ident {
    Ident::new("guard", Span::mixed_site())
}

/// The parameter `mut scopes: Scopes` becomes `let mut scopes: Scopes = guard.scopes();`
fn binding(parameter: &PatType, accessor: &Ident) -> TokenStream {
    let PatType { attrs, pat, colon_token, ty } = parameter;
    let guard = guard_name();
    quote!(#(#attrs)* let #pat #colon_token #ty = #guard.#accessor();)
}

fn accessor(policy: &Policy, injected: &Injected) -> Ident {
    Ident::new(
        match injected.value {
            InjectedValue::Subject => "subject",
            InjectedValue::TokenType => "token_type",
            InjectedValue::Scopes if policy.always_has_scopes() => "scopes",
            InjectedValue::Scopes => "maybe_scopes",
        },
        Span::call_site(),
    )
}

/// " Accepts `oauth_token` or `api_key` with scopes `a b`."
fn policy_doc(policy: &Policy) -> String {
    let accepts = alternative_types(&policy.accepts);
    let scopes: Vec<String> = policy.scopes.iter().map(LitStr::value).collect();
    match scopes.as_slice() {
        [] => format!(" Accepts {accepts}."),
        [scope] => format!(" Accepts {accepts} with scope `{scope}`."),
        scopes => format!(" Accepts {accepts} with scopes `{}`.", scopes.join(" ")),
    }
}

/// One clause for each accepted type, each with the same requirement:
/// ```text
/// {
///     use ::clerk_auth::policy::{Clause, Policy, Requirement};
///     Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))])
/// }
/// ```
fn policy_value(policy: &Policy) -> TokenStream {
    let requirement = match policy.scopes.as_slice() {
        [] => quote!(Requirement::None),
        [scope] => quote!(Requirement::Scope(#scope)),
        scopes => quote!(Requirement::All(&[#(Requirement::Scope(#scopes)),*])),
    };
    let clauses = policy.accepts.iter().map(|kind| {
        let clause = type_name(*kind);
        quote!(Clause::#clause(#requirement))
    });
    quote! {{
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[#(#clauses),*])
    }}
}

/// The struct of the one accepted type, or the enum of all, with `Never` for those that cannot
/// enter: `Identity<SessionToken, Never, Never, ApiKey>`.
fn identity(accepts: &[TokenType]) -> TokenStream {
    if let [kind] = accepts {
        let name = type_name(*kind);
        return quote!(::clerk_auth::#name);
    }
    if TokenType::ALL.iter().all(|kind| accepts.contains(kind)) {
        return quote!(::clerk_auth::Identity);
    }
    let parts = TokenType::ALL.map(|kind| {
        if !accepts.contains(&kind) {
            return quote!(::clerk_auth::Never);
        }
        let name = type_name(kind);
        quote!(::clerk_auth::#name)
    });
    quote!(::clerk_auth::Identity<#(#parts),*>)
}

fn type_name(kind: TokenType) -> Ident {
    Ident::new(kind.type_name(), Span::call_site())
}
