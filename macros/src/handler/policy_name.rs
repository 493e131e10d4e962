//! The name of a handler in, the name of its policy type out: `list_notes` → `ListNotesPolicy`.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use crate::errors::Errors;

/// The policy type stands beside the handler. It has the handler's span, so that an editor renames
/// both.
pub(crate) fn policy_name(handler: &Ident, errors: &mut Errors) -> Ident {
    let words = camel_case(&handler.unraw().to_string());
    if words.is_empty() {
        let message = format!("no policy type can be named after `{handler}`");
        let help = "write `policy_name = …` with a name, such as `ListNotesPolicy`";
        errors.push(handler.span(), &message, help);
    }
    let name = format!("{words}Policy");
    let is_name = syn::parse_str::<Ident>(&name).is_ok();
    Ident::new(&if is_name { name } else { format!("_{name}") }, handler.span())
}

/// `_` stays between digits: `v1_2` and `v12` are two handlers.
fn camel_case(name: &str) -> String {
    let mut camel = String::new();
    for word in name.split('_') {
        let mut letters = word.chars();
        let Some(first) = letters.next() else { continue };
        if first.is_numeric() && camel.ends_with(char::is_numeric) {
            camel.push('_');
        }
        camel.extend(first.to_uppercase());
        camel.push_str(letters.as_str());
    }
    camel
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn policy_type_is_named_after_its_handler() {
        for (handler, expected) in [
            ("list_notes", "ListNotesPolicy"),
            ("metrics", "MetricsPolicy"),
            ("u32", "U32Policy"),
            ("v1_2", "V1_2Policy"),
            ("v12", "V12Policy"),
            ("v1_2_beta", "V1_2BetaPolicy"),
            ("v1__2", "V1_2Policy"),
            ("_list__all_", "ListAllPolicy"),
            ("_1", "_1Policy"),
            ("listNotes", "ListNotesPolicy"),
            ("größe_lesen", "GrößeLesenPolicy"),
            ("ßa", "SSaPolicy"),
            ("一_覧", "一覧Policy"),
        ] {
            let mut errors = Errors::default();
            let name = policy_name(&Ident::new(handler, Span::call_site()), &mut errors);
            assert!(errors.is_empty(), "{handler}");
            assert_eq!(name.to_string(), expected);
        }
        let raw = policy_name(&Ident::new_raw("type", Span::call_site()), &mut Errors::default());
        assert_eq!(raw.to_string(), "TypePolicy");
    }

    #[test]
    fn handler_without_a_letter_needs_a_policy_name() {
        let mut errors = Errors::default();
        let name = policy_name(&Ident::new("__", Span::call_site()), &mut errors);
        assert!(!errors.is_empty());
        assert_eq!(name.to_string(), "Policy");
    }
}
