//! Policy and handler in, the guarded handler out. Cannot fail, and decides nothing: what it writes
//! is data for the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Attribute, FnArg, GenericArgument, ItemStruct, Pat, PatType, Path, PathArguments, Type,
    Visibility, parse_quote, spanned::Spanned, token::Brace,
};

use crate::{
    expand::{cfg::existence, paths::Paths},
    handler::{
        Handler,
        injected::{Injected, InjectedValue, Presence},
    },
    policy::Policy,
    token_type::{TokenType, identity_parts},
};

mod cfg;
pub(crate) mod paths;
mod policy_tokens;
mod server_function;

pub(crate) use policy_tokens::expression;

/// The handler behind the policy.
pub(crate) fn guarded(policy: &Policy, handler: Handler, paths: &Paths) -> TokenStream {
    let has_guard = handler.injected.iter().any(|it| it.value == InjectedValue::Guard);
    let bindings = in_order(&handler.injected)
        .into_iter()
        .map(|injected| match Getter::of(policy, injected) {
            Some(_) if has_guard && injected.is_decoded() => parts(&injected.parameter),
            getter => binding(injected, &handler.policy, getter.as_ref()),
        })
        .collect();
    let items =
        (!handler.is_shared).then(|| own_items(&handler, &PolicyItems::of(policy, paths), paths));
    let guard = guard_type(&handler.policy, handler.decoded_claims(), paths);
    rewrite(handler, paths, items.as_ref(), Some(&policy.summary()), &guard, bindings)
}

/// The handler behind a policy that refuses everyone.
pub(crate) fn refused(mut handler: Handler, paths: &Paths) -> TokenStream {
    let root = paths.root();
    if handler.is_shared {
        handler.policy = parse_quote!(#root::__private::DenyAll);
    }
    let never = Getter { name: format_ident!("never"), to_owned: None };
    let unfilled = handler.unfilled.iter().map(|parameter| {
        let mut parameter = parameter.clone();
        name_policy(&mut parameter.ty, &handler.policy);
        value(&parameter, &never)
    });
    let bindings = in_order(&handler.injected)
        .into_iter()
        .map(|injected| binding(injected, &handler.policy, Some(&never)))
        .chain(unfilled)
        .collect();
    let items =
        (!handler.is_shared).then(|| own_items(&handler, &PolicyItems::deny_all(paths), paths));
    let guard = guard_type(&handler.policy, None, paths);
    rewrite(handler, paths, items.as_ref(), None, &guard, bindings)
}

/// The unit struct as a policy type. Without a policy, it rejects every request.
/// ```text
/// pub struct ReadNotes;
/// impl ReadNotes { pub const POLICY: ::clerk_auth::Policy = …; }
/// impl ::clerk_auth::Guarded for ReadNotes { … }
/// ```
pub(crate) fn declared(policy: Option<Policy>, mut item: ItemStruct, paths: &Paths) -> TokenStream {
    let items = match policy {
        Some(policy) => {
            document(&mut item.attrs, &policy.summary());
            PolicyItems::of(&policy, paths)
        }
        None => PolicyItems::deny_all(paths),
    };
    let note = quote!(#[doc = " The policy, for a layer, a tool or `require`."]);
    let name = item.ident.clone().into();
    let impls = impls(&name, &item.vis, &existence(&item.attrs), &note, &items, paths);
    quote!(#item #impls)
}

/// The value of `policy!` after a mistake.
/// ```text
/// {
///     ::core::compile_error! { "…" }
///     ::clerk_auth::Policy::DENY_ALL
/// }
/// ```
pub(crate) fn refusal(errors: &TokenStream, paths: &Paths) -> TokenStream {
    let root = paths.root();
    quote!({ #errors #root::Policy::DENY_ALL })
}

/// What differs between policies.
struct PolicyItems {
    value: TokenStream,
    identity: TokenStream,
    organization: TokenStream,
}

impl PolicyItems {
    fn of(policy: &Policy, paths: &Paths) -> Self {
        Self {
            value: policy_tokens::constant(policy, paths),
            identity: identity(policy, paths),
            organization: organization(policy, paths),
        }
    }

    fn deny_all(paths: &Paths) -> Self {
        let root = paths.root();
        Self {
            value: quote!(#root::Policy::DENY_ALL),
            identity: quote!(#root::identity::Never),
            organization: quote!(#root::OrgId),
        }
    }
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
fn own_items(handler: &Handler, items: &PolicyItems, paths: &Paths) -> TokenStream {
    let Handler { policy, visibility, .. } = handler;
    let mut existence = existence(&handler.attributes);
    existence.extend(handler.framework.map(server_function::existence));
    let impls = impls(policy, visibility, &existence, &quote!(), items, paths);
    quote! {
        #(#existence)*
        #[doc(hidden)]
        #[non_exhaustive]
        #visibility enum #policy {}
        #impls
    }
}

fn impls(
    name: &Path,
    visibility: &Visibility,
    existence: &[Attribute],
    note: &TokenStream,
    items: &PolicyItems,
    paths: &Paths,
) -> TokenStream {
    let root = paths.root();
    let PolicyItems { value, identity, organization } = items;
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

/// As written; what takes the guard apart comes last, and the guard itself after it.
fn in_order(injected: &[Injected]) -> Vec<&Injected> {
    let mut ordered: Vec<&Injected> = injected.iter().collect();
    ordered.sort_by_key(|it| (it.value == InjectedValue::Guard, it.is_decoded()));
    ordered
}

/// `let (guard, claims): (_, Profile) = guard.into_parts();`
fn parts(claims: &PatType) -> TokenStream {
    let PatType { attrs, pat, colon_token, ty } = claims;
    let guard = guard_name(false);
    quote!(#(#attrs)* let (#guard, #pat) #colon_token (_, #ty) = #guard.into_parts();)
}

/// The parameter `guard: Guard` becomes `let guard: Guard<ListPolicy> = guard;`, and any other a value
/// of the guard.
fn binding(injected: &Injected, policy: &Path, getter: Option<&Getter>) -> TokenStream {
    let mut parameter = injected.parameter.clone();
    if injected.value == InjectedValue::Guard {
        name_policy(&mut parameter.ty, policy);
    }
    if let Some(getter) = getter {
        return value(&parameter, getter);
    }
    let PatType { attrs, pat, colon_token, ty } = &parameter;
    let guard = guard_name(false);
    quote!(#(#attrs)* let #pat #colon_token #ty = #guard;)
}

/// The parameter `mut scopes: Scopes` becomes `let mut scopes: Scopes =
/// guard.scopes().clone();`
fn value(parameter: &PatType, getter: &Getter) -> TokenStream {
    let PatType { attrs, pat, colon_token, ty } = parameter;
    // A declared type that the value does not have is a mistake at the parameter.
    let span = Span::mixed_site().located_at(pat.span());
    let mut guard = guard_name(false);
    guard.set_span(span);
    let name = Ident::new(&getter.name.to_string(), span);
    let to_owned = getter.to_owned.map(|method| {
        let method = Ident::new(method, span);
        quote_spanned!(span=> .#method())
    });
    let value = quote_spanned!(span=> #guard.#name()#to_owned);
    quote!(#(#attrs)* let #pat #colon_token #ty = #value;)
}

/// The method of the guard that gives a value.
struct Getter {
    name: Ident,
    /// The method that makes the handler's own value of what the guard lends.
    to_owned: Option<&'static str>,
}

impl Getter {
    /// `None` for the guard itself.
    fn of(policy: &Policy, injected: &Injected) -> Option<Self> {
        let value = injected.value;
        if value == InjectedValue::Guard {
            return None;
        }
        let name = value.name();
        let is_certain = match &policy.base {
            // An identity is an `Option` itself, if it can be absent.
            _ if value == InjectedValue::Identity => true,
            // Only rustc knows, and the getter says it at the parameter.
            Some(_) => injected.declared().option.is_none(),
            None => value.presence_for(&policy.accepts) == Presence::Always,
        };
        let maybe = if is_certain { "" } else { "maybe_" };
        // The guard holds decoded claims as they are declared, and gives a token type by value.
        if injected.is_decoded() {
            return Some(Self { name: format_ident!("into_{maybe}{name}"), to_owned: None });
        }
        let to_owned = if is_certain { "clone" } else { "cloned" };
        let to_owned = (value != InjectedValue::TokenType).then_some(to_owned);
        Some(Self { name: format_ident!("{maybe}{name}"), to_owned })
    }
}

/// Adds the policy to every `Guard` without a parameter: `Option<Guard>` and `&Guard` are mistakes
/// that were reported, and a second error about them would only distract.
fn name_policy(declared: &mut Type, policy: &Path) {
    let path = match declared {
        Type::Group(group) => return name_policy(&mut group.elem, policy),
        Type::Paren(paren) => return name_policy(&mut paren.elem, policy),
        Type::Reference(reference) => return name_policy(&mut reference.elem, policy),
        Type::Path(path) => &mut path.path,
        _ => return,
    };
    let Some(last) = path.segments.last_mut() else {
        return;
    };
    match &mut last.arguments {
        PathArguments::None if last.ident == "Guard" => {
            last.arguments = PathArguments::AngleBracketed(parse_quote!(<#policy>));
        }
        PathArguments::AngleBracketed(arguments) if last.ident == "Option" => {
            for argument in &mut arguments.args {
                if let GenericArgument::Type(inner) = argument {
                    name_policy(inner, policy);
                }
            }
        }
        _ => {}
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
                quote!(#root::__private::TokenOf<#base>)
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
