//! The user's `Guard` in, `Guard<list_notes>` out.

use proc_macro2::Ident;
use syn::{GenericArgument, PathArguments, Type, parse_quote};

/// Adds the policy to every `Guard` without a parameter: `Option<Guard>` and `&Guard` are mistakes
/// that were reported, and a second error about them would only distract.
pub(crate) fn name_policy(declared: &mut Type, policy: &Ident) {
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
