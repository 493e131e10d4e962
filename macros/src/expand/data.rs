//! A policy in, the constant expression out that the runtime evaluates.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::{
    entry::Optional,
    naming::{Naming, first_name},
    policy::{Clause, Policy},
    requirement::Requirement,
    reverification::Reverification,
    tree::{GroupKind, Leaf},
};

/// One clause for each accepted type:
/// ```text
/// {
///     use ::clerk_auth::policy::{Clause, Policy, Requirement};
///     Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))])
/// }
/// ```
/// Where a path of the user begins with one of the imported names, nothing is imported.
pub(crate) fn policy(policy: &Policy, naming: &Naming) -> TokenStream {
    let mut imports = vec!["Clause", "Policy", "Requirement"];
    if requirements(policy).any(is_reverification) {
        imports.push("Reverification");
    }
    let root = naming.root();
    if user_names(policy, naming).any(|name| imports.iter().any(|import| name == import)) {
        let words = Words { prefix: quote!(#root::policy::) };
        let value = words.policy(policy);
        return quote!({ #value });
    }
    let imports = imports.into_iter().map(|import| Ident::new(import, Span::call_site()));
    let value = Words { prefix: TokenStream::new() }.policy(policy);
    quote! {{
        use #root::policy::{#(#imports),*};
        #value
    }}
}

/// How the runtime's types are named.
struct Words {
    prefix: TokenStream,
}

impl Words {
    fn policy(&self, policy: &Policy) -> TokenStream {
        let Self { prefix } = self;
        let clauses = policy.clauses.iter().map(|clause| self.clause(clause));
        let optional = policy.optional.map(|optional| match optional {
            Optional::NoCredential => quote!(.optional()),
            Optional::ExpiredCookie => quote!(.optional_ignoring_expired_cookie()),
        });
        quote!(#prefix Policy::new(&[#(#clauses),*]) #optional)
    }

    fn clause(&self, clause: &Clause) -> TokenStream {
        let Self { prefix } = self;
        let name = format_ident!("{}", clause.kind.type_name());
        let requirement = match clause.requirements.as_slice() {
            [] => quote!(#prefix Requirement::None),
            [one] => self.requirement(one),
            several => self.group(GroupKind::All, several),
        };
        quote!(#prefix Clause::#name(#requirement))
    }

    fn requirement(&self, requirement: &Requirement) -> TokenStream {
        let Self { prefix } = self;
        let (name, value) = match requirement {
            Requirement::Group(kind, parts) => return self.group(*kind, parts),
            Requirement::Leaf(condition, Leaf::Text(text)) => {
                (condition.requirement(), quote!(#text))
            }
            Requirement::Leaf(condition, Leaf::Path(path)) => {
                (condition.requirement(), quote!(#path.as_str()))
            }
            Requirement::List(condition, texts) => {
                (condition.requirement(), quote!(&[#(#texts),*]))
            }
            Requirement::Reverification(Reverification::Preset { constant, .. }) => {
                ("Reverification", quote!(#prefix Reverification::#constant))
            }
            Requirement::Reverification(Reverification::Factor(factor)) => {
                let level = &factor.level;
                let minutes = proc_macro2::Literal::u32_unsuffixed(factor.minutes);
                ("Reverification", quote!(#prefix Reverification::#level(#minutes)))
            }
        };
        let name = Ident::new(name, Span::call_site());
        quote!(#prefix Requirement::#name(#value))
    }

    fn group(&self, kind: GroupKind, parts: &[Requirement]) -> TokenStream {
        let Self { prefix } = self;
        let parts = parts.iter().map(|part| self.requirement(part));
        let name = match kind {
            GroupKind::Any => quote!(Any),
            GroupKind::All => quote!(All),
        };
        quote!(#prefix Requirement::#name(&[#(#parts),*]))
    }
}

/// Every requirement that stands in no group.
fn requirements(policy: &Policy) -> impl Iterator<Item = &Requirement> {
    policy.clauses.iter().flat_map(|clause| &clause.requirements)
}

const fn is_reverification(requirement: &Requirement) -> bool {
    matches!(requirement, Requirement::Reverification(_))
}

/// The first names of the user's relative paths.
fn user_names<'a>(policy: &'a Policy, naming: &'a Naming) -> impl Iterator<Item = &'a Ident> {
    let mut names = Vec::new();
    requirements(policy).for_each(|requirement| collect_names(requirement, &mut names));
    naming.first().into_iter().chain(names)
}

fn collect_names<'a>(requirement: &'a Requirement, names: &mut Vec<&'a Ident>) {
    match requirement {
        Requirement::Leaf(_, Leaf::Path(path)) => names.extend(first_name(path)),
        Requirement::Group(_, parts) => parts.iter().for_each(|part| collect_names(part, names)),
        Requirement::Leaf(..) | Requirement::List(..) | Requirement::Reverification(_) => {}
    }
}
