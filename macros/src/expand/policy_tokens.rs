//! A policy in, the constant expression out that the runtime evaluates.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Path;

use crate::{
    args::tree::{GroupKind, Leaf},
    expand::paths::{Paths, first_name},
    policy::{
        Clause, Policy,
        requirement::{Requirement, Reverification},
    },
};

/// The name of a requirement that several clauses share.
const SHARED: &str = "SCOPES";

/// The name of the policy in an expression.
const POLICY: &str = "POLICY";

/// For a constant, one clause for each accepted type:
/// ```text
/// {
///     use ::clerk_auth::policy::{Clause, Policy, Requirement};
///     Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))])
/// }
/// ```
pub(crate) fn constant(policy: &Policy, paths: &Paths) -> TokenStream {
    let (items, tokens) = PolicyTokens::of(policy, paths);
    let value = tokens.policy(policy);
    if items.is_empty() { value } else { quote!({ #items #value }) }
}

/// For any place:
/// ```text
/// {
///     use ::clerk_auth::policy::{Clause, Policy, Requirement};
///     const POLICY: Policy = Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))]);
///     POLICY
/// }
/// ```
/// `cargo check` evaluates a `const` item in a function, but not a `const { … }`.
pub(crate) fn expression(policy: &Policy, paths: &Paths) -> TokenStream {
    let (items, tokens) = PolicyTokens::of(policy, paths);
    let (name, prefix) = (free_name(policy, paths), &tokens.prefix);
    let value = tokens.policy(policy);
    quote!({ #items const #name: #prefix Policy = #value; #name })
}

/// `POLICY`, with as many `_` behind it as no path of the user begins with.
fn free_name(policy: &Policy, paths: &Paths) -> Ident {
    let mut name = POLICY.to_owned();
    while user_names(policy, paths).any(|taken| *taken == name) {
        name.push('_');
    }
    Ident::new(&name, Span::call_site())
}

/// What several clauses ask for, if it is too long to be written more than once.
fn shared_requirement(policy: &Policy) -> Option<&[Requirement]> {
    let Policy { clauses, is_shared, .. } = policy;
    let ([first, _, ..], true) = (clauses.as_slice(), is_shared) else {
        return None;
    };
    match first.requirements.as_slice() {
        [] | [Requirement::Leaf(..) | Requirement::Word(_)] => None,
        long => Some(long),
    }
}

/// The compiler compares the values of a larger policy only with its constants: the attribute has
/// compared the texts, and the compiler takes seconds for hundreds of them.
const MOST_COMPARED: usize = 16;

/// How the runtime's types are named.
struct PolicyTokens {
    prefix: TokenStream,
    root: TokenStream,
    /// The constant that every clause asks for.
    shared: Option<Ident>,
}

impl PolicyTokens {
    /// And the items before the value: imports, so that it can be read. If a path of the user begins with
    /// an imported name, it would mean something else; then every name has its whole path.
    fn of(policy: &Policy, paths: &Paths) -> (TokenStream, Self) {
        let root = paths.root();
        if policy.clauses.is_empty() {
            return (quote!(), Self { prefix: quote!(#root::policy::), root, shared: None });
        }
        let mut imports = vec!["Clause", "Policy", "Requirement"];
        if requirements(policy).any(|it| matches!(it, Requirement::Reverification(_))) {
            imports.push("Reverification");
        }
        let is_ours = |name: &Ident| name == SHARED || imports.iter().any(|ours| name == ours);
        if user_names(policy, paths).any(is_ours) {
            return (quote!(), Self { prefix: quote!(#root::policy::), root, shared: None });
        }
        let imports = imports.into_iter().map(|import| Ident::new(import, Span::call_site()));
        let mut items = quote!(use #root::policy::{#(#imports),*};);
        let mut tokens = Self { prefix: quote!(), root, shared: None };
        if let Some(requirement) = shared_requirement(policy) {
            let name = Ident::new(SHARED, Span::call_site());
            let value = tokens.all_of(requirement);
            items.extend(quote!(const #name: Requirement = #value;));
            tokens.shared = Some(name);
        }
        (items, tokens)
    }

    fn policy(&self, policy: &Policy) -> TokenStream {
        let Self { prefix, root, .. } = self;
        let clauses = policy.clauses.iter().map(|clause| self.clause(clause));
        let clauses = quote!(&[#(#clauses),*]);
        let allows_pending = policy.clauses.iter().any(|clause| clause.allows_pending);
        let pending = allows_pending.then(|| quote!(.allow_pending()));
        let optional = policy.accepts.is_optional.then(|| quote!(.optional()));
        let constants = compared_constants(policy);
        if let Some(base) = &policy.base {
            let base = quote!(<#base as #root::Guarded>::POLICY);
            if policy.clauses.is_empty() && optional.is_none() {
                return base;
            }
            let narrow = match (policy.accepts.types.is_empty(), constants.is_some()) {
                (true, false) => quote!(and),
                (true, true) => quote!(and_from_expansion),
                (false, false) => quote!(only),
                (false, true) => quote!(only_from_expansion),
            };
            let narrowed = quote!(#base.#narrow(#clauses #constants) #pending #optional);
            return quote!(#prefix Policy::narrowed(&#narrowed.clauses()));
        }
        let new = if constants.is_some() { quote!(from_expansion) } else { quote!(new) };
        quote!(#prefix Policy::#new(#clauses #constants) #pending #optional)
    }

    fn clause(&self, clause: &Clause) -> TokenStream {
        let Self { prefix, shared, .. } = self;
        let name = format_ident!("{}", clause.kind.type_name());
        let requirement = match shared {
            Some(shared) => quote!(#shared),
            None => self.all_of(&clause.requirements),
        };
        quote!(#prefix Clause::#name(#requirement))
    }

    fn all_of(&self, requirements: &[Requirement]) -> TokenStream {
        let Self { prefix, .. } = self;
        match requirements {
            [] => quote!(#prefix Requirement::None),
            [one] => self.requirement(one),
            several => self.group(GroupKind::All, several),
        }
    }

    fn requirement(&self, requirement: &Requirement) -> TokenStream {
        let Self { prefix, .. } = self;
        let (name, value) = match requirement {
            Requirement::Group(kind, parts) => return self.group(*kind, parts),
            Requirement::Word(condition) => {
                let name = Ident::new(condition.requirement(), Span::call_site());
                return quote!(#prefix Requirement::#name);
            }
            Requirement::Leaf(condition, Leaf::Text(text)) => {
                (condition.requirement(), quote!(#text))
            }
            // A constant of another type than `Scope` is a mismatch at the path.
            Requirement::Leaf(_, Leaf::Path(path)) => ("of_scope", quote!(#path)),
            Requirement::List(condition, texts) => {
                (condition.requirement(), quote!(&[#(#texts),*]))
            }
            Requirement::Reverification(Reverification::Preset(constant)) => {
                let constant = Ident::new(constant, Span::call_site());
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
        let Self { prefix, .. } = self;
        let parts = parts.iter().map(|part| self.requirement(part));
        let name = match kind {
            GroupKind::Any => quote!(Any),
            GroupKind::All => quote!(All),
        };
        quote!(#prefix Requirement::#name(&[#(#parts),*]))
    }
}

/// Behind the clauses of a large policy, the constants in it.
fn compared_constants(policy: &Policy) -> Option<TokenStream> {
    let is_large = requirements(policy).map(leaves).sum::<usize>() > MOST_COMPARED;
    let mut constants = Vec::new();
    requirements(policy).for_each(|requirement| collect_paths(requirement, &mut constants));
    is_large.then(|| quote!(, &[#(#constants),*]))
}

/// Every requirement that stands in no group.
fn requirements(policy: &Policy) -> impl Iterator<Item = &Requirement> {
    policy.clauses.iter().flat_map(|clause| &clause.requirements)
}

fn leaves(requirement: &Requirement) -> usize {
    match requirement {
        Requirement::Group(_, parts) => parts.iter().map(leaves).sum(),
        _ => 1,
    }
}

/// The first names of the user's relative paths.
fn user_names<'a>(policy: &'a Policy, paths: &'a Paths) -> impl Iterator<Item = &'a Ident> {
    let mut written = Vec::new();
    requirements(policy).for_each(|requirement| collect_paths(requirement, &mut written));
    written.extend(&policy.base);
    paths.first().into_iter().chain(written.into_iter().filter_map(first_name))
}

fn collect_paths<'a>(requirement: &'a Requirement, paths: &mut Vec<&'a Path>) {
    match requirement {
        Requirement::Leaf(_, Leaf::Path(path)) => paths.push(path),
        Requirement::Group(_, parts) => parts.iter().for_each(|part| collect_paths(part, paths)),
        Requirement::Leaf(..)
        | Requirement::List(..)
        | Requirement::Word(_)
        | Requirement::Reverification(_) => {}
    }
}
