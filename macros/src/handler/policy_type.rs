//! A handler and the names that its attribute gives in, its policy type out: a shared one, or a type of
//! its own that stands beside it. `list_notes` → `ListNotesPolicy`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Fields, ItemStruct, Path, Signature, ext::IdentExt};

use crate::{args::Args, camel_case::camel_case, errors::Errors};

/// What the attribute says about the policy type.
pub(crate) struct PolicyType {
    /// `policy = ReadNotes`, and nothing that narrows it.
    shared: Option<Path>,
    /// `policy_name = ListNotes`
    own: Option<Ident>,
}

impl PolicyType {
    pub(crate) fn of(args: &Args) -> Self {
        Self { shared: args.shared().cloned(), own: args.policy_name.clone() }
    }

    pub(crate) const fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// Reports a name beside a declaration, which has one.
    pub(crate) fn check_unnamed(&self, errors: &mut Errors) {
        if let Some(own) = &self.own {
            let message =
                "`policy_name` names the policy type of a handler, and here it has a name";
            errors.push(own.span(), message, "remove `policy_name`");
        }
    }

    pub(crate) fn path(self, handler: &Ident, errors: &mut Errors) -> Path {
        match (self.shared, self.own) {
            (Some(shared), own) => {
                if let Some(own) = own {
                    let message = "`policy_name` names a new type, and `policy` one that exists";
                    errors.push(own.span(), message, "remove `policy_name`");
                }
                shared
            }
            (None, Some(own)) => own.into(),
            (None, None) => derived(handler, errors).into(),
        }
    }
}

/// Has the handler's span: an editor goes there from each use of the type.
fn derived(handler: &Ident, errors: &mut Errors) -> Ident {
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

/// Reports a function of an `impl`, as far as it shows: no type can be declared beside it.
pub(crate) fn check_associated(signature: &Signature, body: &TokenStream, errors: &mut Errors) {
    let signature = signature.to_token_stream();
    let Some(span) = self_type(signature).or_else(|| self_type(body.clone())) else {
        return;
    };
    let message = "a function of an `impl` takes a shared policy: no type can stand beside it";
    let help = "declare the policy outside of the `impl`, `#[clerk_auth(…)] struct ReadNotes;`, and \
                write `policy = ReadNotes`";
    errors.push(span, message, help);
}

/// The first `Self` that is not of an item within.
fn self_type(tokens: TokenStream) -> Option<proc_macro2::Span> {
    let mut is_item = false;
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(name) if name == "Self" => Some(name.span()),
        TokenTree::Ident(name) => {
            is_item |= ["impl", "trait", "struct", "enum"].iter().any(|word| name == word);
            None
        }
        TokenTree::Group(group) if !is_item => self_type(group.stream()),
        _ => None,
    })
}

/// Reports what declares no policy type.
pub(crate) fn check_declaration(item: &ItemStruct, errors: &mut Errors) {
    if !matches!(item.fields, Fields::Unit) || !item.generics.params.is_empty() {
        let message = "a shared policy is a struct without fields and parameters";
        let help = format!("write `struct {};`", item.ident);
        errors.push(item.ident.span(), message, &help);
    }
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
            let name = derived(&Ident::new(handler, Span::call_site()), &mut errors);
            assert!(errors.is_empty(), "{handler}");
            assert_eq!(name.to_string(), expected);
        }
        let raw = derived(&Ident::new_raw("type", Span::call_site()), &mut Errors::default());
        assert_eq!(raw.to_string(), "TypePolicy");
    }

    #[test]
    fn handler_without_a_letter_needs_a_policy_name() {
        let mut errors = Errors::default();
        let name = derived(&Ident::new("__", Span::call_site()), &mut errors);
        assert!(!errors.is_empty());
        assert_eq!(name.to_string(), "Policy");
    }
}
