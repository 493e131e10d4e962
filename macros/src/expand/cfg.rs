//! The attributes of a handler in, those that decide whether it exists out. The generated items
//! carry them too, so that they exist exactly when the handler does.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Meta};

/// The `#[cfg(…)]` attributes, and of each `#[cfg_attr(…)]` the part that leads to one.
///
/// The rest of a `cfg_attr` belongs to the function alone: `#[cfg_attr(test, debug_handler)]` must
/// not reach a type.
pub(crate) fn existence(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter_map(deciding).collect()
}

/// `#[cfg_attr(unix, cfg(test), inline)]` → `#[cfg_attr(unix, cfg(test))]`
fn deciding(attribute: &Attribute) -> Option<Attribute> {
    if attribute.path().is_ident("cfg") {
        return Some(attribute.clone());
    }
    if !attribute.path().is_ident("cfg_attr") {
        return None;
    }
    let mut attribute = attribute.clone();
    let Meta::List(list) = &mut attribute.meta else {
        return None;
    };
    list.tokens = leading_to_cfg(list.tokens.clone())?;
    Some(attribute)
}

/// `unix, cfg(test), inline` → `unix, cfg(test)`
fn leading_to_cfg(tokens: TokenStream) -> Option<TokenStream> {
    let mut parts = parts(tokens).into_iter();
    let predicate = parts.next()?;
    let kept: Vec<TokenTree> = parts.filter_map(part_leading_to_cfg).flatten().collect();
    if kept.is_empty() {
        return None;
    }
    Some(predicate.into_iter().chain(kept).collect())
}

fn part_leading_to_cfg(part: Vec<TokenTree>) -> Option<Vec<TokenTree>> {
    match part.as_slice() {
        [TokenTree::Ident(name), TokenTree::Group(_), ..] if name == "cfg" => Some(part),
        [name @ TokenTree::Ident(ident), TokenTree::Group(group), rest @ ..]
            if ident == "cfg_attr" =>
        {
            let inner = leading_to_cfg(group.stream())?;
            let group = proc_macro2::Group::new(group.delimiter(), inner);
            let mut kept = vec![name.clone(), group.into()];
            kept.extend_from_slice(rest);
            Some(kept)
        }
        _ => None,
    }
}

/// Splits at the commas; each part keeps the comma after it.
fn parts(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens
        .split_inclusive(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ','))
        .map(<[TokenTree]>::to_vec)
        .collect()
}
