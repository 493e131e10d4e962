//! The type of a parameter in, its parts out: whether it is an `Option`, and of what.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// A type as the user wrote it. What only rustc knows, such as aliases, is not looked through.
pub(crate) struct ParamType<'a> {
    /// The word `Option`.
    pub(crate) option: Option<&'a Ident>,
    /// What the `Option` holds, or the type itself.
    pub(crate) inner: &'a Type,
}

impl<'a> ParamType<'a> {
    pub(crate) fn of(declared: &'a Type) -> Self {
        let declared = bare(declared);
        match last_segment(declared) {
            Some(outer) if outer.ident == "Option" => {
                let inner = type_argument(outer).map_or(declared, bare);
                Self { option: Some(&outer.ident), inner }
            }
            _ => Self { option: None, inner: declared },
        }
    }

    /// The last name of the type: `Scopes` of `Option<clerk_auth::Scopes>`.
    pub(crate) fn name(&self) -> Option<&'a Ident> {
        last_segment(self.inner).map(|segment| &segment.ident)
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name().is_some_and(|known| known == name)
    }

    /// Whether it is named as this crate's types are: `Claims` or `clerk_auth::Claims`.
    pub(crate) fn is_ours(&self) -> bool {
        let Type::Path(path) = self.inner else { return false };
        let segments = &path.path.segments;
        segments.len() == 1 || segments.first().is_some_and(|first| first.ident == "clerk_auth")
    }

    /// The type in the `Option`, as it is written.
    pub(crate) fn text(&self) -> String {
        let spaced = self.inner.to_token_stream().to_string();
        let closed = [(" <", "<"), ("< ", "<"), (" >", ">"), (" ,", ","), (" :: ", "::")];
        closed.iter().fold(spaced, |text, (open, closed)| text.replace(open, closed))
    }

    /// Whether the type has a parameter: `Guard<ListNotesPolicy>`.
    pub(crate) fn has_arguments(&self) -> bool {
        last_segment(self.inner).is_some_and(|segment| !segment.arguments.is_empty())
    }

    /// The last names of its parameters: `Scopes` and `u8` of `Pair<clerk_auth::Scopes, u8>`; empty for
    /// one that has none. `None` without parameters.
    pub(crate) fn argument_names(&self) -> Option<Vec<String>> {
        let PathArguments::AngleBracketed(arguments) = &last_segment(self.inner)?.arguments else {
            return None;
        };
        let names = arguments.args.iter().map(|argument| match argument {
            GenericArgument::Type(declared) => {
                last_segment(bare(declared)).map(|last| last.ident.to_string()).unwrap_or_default()
            }
            _ => String::new(),
        });
        Some(names.collect())
    }
}

/// The tokens of a type, those in groups too.
pub(crate) fn flat_tokens(declared: &Type) -> Vec<TokenTree> {
    fn flatten(tokens: TokenStream, flat: &mut Vec<TokenTree>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                    flatten(group.stream(), flat);
                }
                token => flat.push(token),
            }
        }
    }
    let mut flat = Vec::new();
    flatten(declared.to_token_stream(), &mut flat);
    flat
}

/// `(T)` → `T`, and without the invisible group around the fragment of a declarative macro.
fn bare(declared: &Type) -> &Type {
    match declared {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        _ => declared,
    }
}

/// `clerk_auth::Scopes` → `Scopes`
fn last_segment(declared: &Type) -> Option<&PathSegment> {
    match declared {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// `Option<clerk_auth::Scopes>` → `clerk_auth::Scopes`
fn type_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(declared) => Some(declared),
        _ => None,
    })
}
