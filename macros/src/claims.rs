//! The user's own type of claims in, what makes it impossible to decode into it out. The generated
//! code names the type outside of the handler, so it cannot borrow and cannot be generic.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenTree};
use syn::{GenericParam, Generics, spanned::Spanned};

use crate::{
    declared::{Declared, flat_tokens},
    errors::Errors,
    injected::{Injected, InjectedValue},
};

/// Reports a type that no value can be decoded into.
pub(crate) fn check(injected: &Injected, declared: &Declared<'_>, errors: &mut Errors) {
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

/// Reports a generic parameter of the handler in the type.
pub(crate) fn check_generics(injected: &Injected, generics: &Generics, errors: &mut Errors) {
    let names: HashSet<&Ident> = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None, // reported as a borrow
        })
        .collect();
    let tokens = flat_tokens(injected.declared().inner);
    let is_separator = |token: Option<&TokenTree>| match token {
        Some(TokenTree::Punct(mark)) => mark.as_char() == ':',
        _ => false,
    };
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Ident(name) = token else { continue };
        let follows = index.checked_sub(1).and_then(|before| tokens.get(before));
        if names.contains(name) && !is_separator(follows) {
            let message = format!(
                "`claims` cannot be decoded into `{name}`, a generic parameter of the handler"
            );
            let help =
                format!("write `claims: Claims`, and `claims.decode::<{name}>()` in the body");
            return errors.push(name.span(), &message, &help);
        }
    }
}

/// Reports a guard beside decoded claims: decoding takes the guard apart.
pub(crate) fn check_guard_beside(all: &[Injected], errors: &mut Errors) {
    let decoded = all.iter().find(|injected| injected.is_decoded());
    let guard = all.iter().find(|injected| injected.value == InjectedValue::Guard);
    if let (Some(decoded), Some(_)) = (decoded, guard) {
        let option = decoded.declared().option;
        let accessor = if option.is_some() { "maybe_claims" } else { "claims" };
        let message = "`claims` is decoded out of the guard, so `guard` cannot stay beside it";
        let help = format!(
            "remove `guard`, or write `claims: {}`, which `guard.{accessor}()` gives too",
            if option.is_some() { "Option<Claims>" } else { "Claims" }
        );
        errors.push(decoded.parameter.pat.span(), message, &help);
    }
}

/// Whether only the compiler knows if the parameter exists.
pub(crate) fn is_conditional(injected: &Injected) -> bool {
    let decides = |name| injected.parameter.attrs.iter().any(|found| found.path().is_ident(name));
    decides("cfg") || decides("cfg_attr")
}
