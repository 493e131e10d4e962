//! The user's own type of claims in, what makes it impossible to decode into it out. The generated
//! code names the type outside of the handler, so it cannot borrow and cannot be generic.

use proc_macro2::{Ident, TokenTree};
use syn::{GenericParam, Generics, spanned::Spanned};

use crate::{
    errors::Errors,
    handler::{
        injected::{Injected, InjectedValue},
        param_type::{ParamType, flat_tokens},
    },
};

/// Reports a type that no value can be decoded into.
pub(crate) fn check_claims(injected: &Injected, declared: &ParamType<'_>, errors: &mut Errors) {
    let tokens = flat_tokens(declared.inner);
    let borrows = |token: &&TokenTree| match token {
        TokenTree::Punct(mark) => mark.as_char() == '&' || mark.as_char() == '\'',
        _ => false,
    };
    let unnamed = |token: &&TokenTree| match token {
        TokenTree::Ident(name) => name == "impl" || name == "_",
        _ => false,
    };
    if let Some(token) = tokens.iter().find(borrows) {
        let message = "`claims` is decoded into a value of its own, which cannot borrow";
        return errors.push(token.span(), message, "write an owned type, such as `String`");
    }
    if let Some(token) = tokens.iter().find(unnamed) {
        let message = "`claims` is decoded into a type that must have a name";
        return errors.push(token.span(), message, "write `claims: Claims`, or your own type");
    }
    if is_conditional(injected) {
        let message = "a decoded `claims` cannot be conditional: the policy type names its type";
        let help = "put the condition on the handler, or write `claims: Claims`";
        errors.push(injected.parameter.pat.span(), message, help);
    }
}

/// Reports what cannot stand beside decoded claims: a guard, or a generic parameter in the type.
pub(crate) fn check_claims_beside(
    claims: &Injected,
    all: &[Injected],
    generics: &Generics,
    errors: &mut Errors,
) {
    if let Some(name) = generic_name(claims, generics) {
        let message =
            format!("`claims` cannot be decoded into `{name}`, a generic parameter of the handler");
        let help = format!("write `claims: Claims`, and `claims.decode::<{name}>()` in the body");
        return errors.push(name.span(), &message, &help);
    }
    if all.iter().any(|injected| injected.value == InjectedValue::Guard) {
        let (raw, accessor) = match claims.declared().option {
            Some(_) => ("Option<Claims>", "maybe_claims"),
            None => ("Claims", "claims"),
        };
        let message = "`claims` is decoded out of the guard, so `guard` cannot stay beside it";
        let help = format!(
            "remove `guard`, or write `claims: {raw}`, which `guard.{accessor}()` gives too"
        );
        errors.push(claims.parameter.pat.span(), message, &help);
    }
}

/// The first generic parameter of the handler in the type; a lifetime was reported as a borrow.
fn generic_name(claims: &Injected, generics: &Generics) -> Option<Ident> {
    let names = generic_names(generics);
    let mut follows_colon = false; // `my::T` is another type
    for token in flat_tokens(claims.declared().inner) {
        match token {
            TokenTree::Ident(name) if !follows_colon && names.contains(&&name) => {
                return Some(name);
            }
            TokenTree::Punct(mark) => follows_colon = mark.as_char() == ':',
            _ => follows_colon = false,
        }
    }
    None
}

/// The names that stand for something else at each use; a lifetime cannot be mistaken for a type.
pub(crate) fn generic_names(generics: &Generics) -> Vec<&Ident> {
    let names = generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    });
    names.collect()
}

/// Whether only the compiler knows if the parameter exists.
fn is_conditional(injected: &Injected) -> bool {
    let decides = |name| injected.parameter.attrs.iter().any(|found| found.path().is_ident(name));
    decides("cfg") || decides("cfg_attr")
}
