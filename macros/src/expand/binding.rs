//! An injected parameter in, the statement out that takes its value from the guard.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{GenericArgument, PatType, Path, PathArguments, Type, parse_quote, spanned::Spanned};

use crate::{
    expand::{guard_name, paths::Paths},
    handler::{
        Handler,
        injected::{Injected, InjectedValue, Presence},
        param_type::flat_tokens,
    },
    policy::Policy,
};

/// One for each injected parameter.
pub(super) fn bindings(policy: &Policy, handler: &Handler) -> Vec<TokenStream> {
    let has_guard = handler.injected.iter().any(|it| it.value == InjectedValue::Guard);
    let statement = |injected: &Injected| match Getter::of(policy, injected) {
        Some(_) if has_guard && injected.is_decoded() => parts(&injected.parameter),
        getter => binding(injected, &handler.policy, getter.as_ref()),
    };
    in_order(&handler.injected).into_iter().map(statement).collect()
}

/// The same from a guard that cannot exist, and for parameters that nothing else fills.
pub(super) fn bindings_of_nobody(handler: &Handler, paths: &Paths) -> Vec<TokenStream> {
    let never = Getter { name: format_ident!("never"), to_owned: None };
    let injected = in_order(&handler.injected).into_iter().map(|it| with_a_type(it, paths));
    let unfilled = handler.unfilled.iter().map(|parameter| {
        let mut parameter = parameter.clone();
        name_policy(&mut parameter.ty, &handler.policy);
        value(&parameter, &never)
    });
    injected.map(|it| binding(&it, &handler.policy, Some(&never))).chain(unfilled).collect()
}

/// A variable cannot be of `impl Trait` or of `Option` alone. Both were reported, and a second error
/// about them would only distract.
fn with_a_type(injected: &Injected, paths: &Paths) -> Injected {
    let mut injected = injected.clone();
    let declared = injected.declared();
    let is_option = declared.is_named("Option") && !declared.has_arguments();
    if is_option || flat_tokens(declared.inner).iter().any(|it| it.to_string() == "impl") {
        let (root, name) = (paths.root(), format_ident!("{}", injected.value.type_name()));
        *injected.parameter.ty = parse_quote!(#root::#name);
    }
    injected
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
