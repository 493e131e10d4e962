//! The attributes below ours in, those out that must stand above it: `#[instrument]` that names an
//! injected value, which is no parameter any more when it looks for it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Meta};

use crate::{errors::Errors, handler::injected::Injected};

/// Reports them, and takes away what they say: it would only be reported once more.
pub(crate) fn check_attribute_order(
    attributes: &mut [Attribute],
    injected: &[Injected],
    errors: &mut Errors,
) {
    for attribute in attributes {
        let Meta::List(list) = &mut attribute.meta else {
            continue;
        };
        let path = &list.path;
        if path.segments.last().is_none_or(|last| last.ident != "instrument") {
            continue;
        }
        if let Some(name) = named(list.tokens.clone(), injected) {
            let message = format!("`#[instrument]` names `{name}`, which it cannot see from here");
            let help = "write `#[clerk_auth]` below `#[instrument]`";
            errors.push(name.span(), &message, help);
            list.tokens = quote!(skip_all);
        }
    }
}

/// The first injected value that `skip(subject)` or `fields(caller = %subject)` names. A name in
/// front of `=` is that of a field: `fields(subject = "x")`.
fn named(tokens: TokenStream, injected: &[Injected]) -> Option<Ident> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.iter().enumerate().find_map(|(position, token)| {
        let beside = |offset: usize| tokens.get(offset);
        match token {
            TokenTree::Group(group) => named(group.stream(), injected),
            TokenTree::Ident(name) => {
                let is_value = injected.iter().any(|injected| name == injected.value.name());
                let is_part = position.checked_sub(1).and_then(beside).is_some_and(is_dot);
                let is_field = names_a_field(tokens.get(position..).unwrap_or_default());
                (is_value && !is_part && !is_field).then(|| name.clone())
            }
            _ => None,
        }
    })
}

/// `subject = …` or `subject.kind = …`
fn names_a_field(tokens: &[TokenTree]) -> bool {
    let path =
        tokens.iter().skip_while(|token| matches!(token, TokenTree::Ident(_)) || is_dot(token));
    matches!(path.into_iter().next(), Some(TokenTree::Punct(sign)) if sign.as_char() == '=')
}

fn is_dot(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == '.')
}
