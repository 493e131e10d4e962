//! The user's own type of claims in, what makes it impossible to decode into it out. The type is the
//! guard's parameter, so it cannot borrow, and it must have a name.

use proc_macro2::{Ident, TokenTree};
use syn::{GenericParam, Generics, Type, spanned::Spanned};

use crate::{
    errors::Errors,
    handler::{
        injected::Injected,
        param_type::{ParamType, flat_tokens},
    },
};

const OWNED: &str = "write an owned type, such as `String`";

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
        return errors.push(token.span(), message, &owned(declared));
    }
    if let Some(token) = tokens.iter().find(unnamed) {
        let message = "`claims` is decoded into a type that must have a name";
        return errors.push(token.span(), message, "write `claims: Claims`, or your own type");
    }
    if is_conditional(injected) {
        let message = "a decoded `claims` cannot be conditional: the guard names its type";
        let help = "put the condition on the handler, or write `claims: Claims`";
        errors.push(injected.parameter.pat.span(), message, help);
    }
}

/// `&Profile` → "write `claims: Profile`"
fn owned(declared: &ParamType<'_>) -> String {
    let Type::Reference(reference) = declared.inner else { return OWNED.to_owned() };
    let Type::Path(_) = *reference.elem else { return OWNED.to_owned() };
    let text = ParamType::of(&reference.elem).text();
    match text.as_str() {
        "str" => "write `claims: String`".to_owned(),
        _ if declared.option.is_some() => format!("write `claims: Option<{text}>`"),
        _ => format!("write `claims: {text}`"),
    }
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
