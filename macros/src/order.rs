//! The attributes below ours in, those out that must stand above it: `#[instrument]` that names an
//! injected value, which is no parameter any more when it looks for it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{Attribute, Meta};

use crate::{errors::Errors, injected::Injected};

/// Takes them away and reports them: they would only report the same once more.
pub(crate) fn check(attributes: &mut Vec<Attribute>, injected: &[Injected], errors: &mut Errors) {
    attributes.retain(|attribute| {
        let Meta::List(list) = &attribute.meta else {
            return true;
        };
        let path = &list.path;
        let is_instrument = path.segments.last().is_some_and(|last| last.ident == "instrument");
        let named = is_instrument.then(|| named(list.tokens.clone(), injected)).flatten();
        if let Some(name) = &named {
            let message = format!("`#[instrument]` names `{name}`, which it cannot see from here");
            let help = "write `#[clerk_auth]` below `#[instrument]`";
            errors.push(name.span(), &message, help);
        }
        named.is_none()
    });
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
