//! `crate = path` and `policy = Name` in, the names of the generated code out.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericParam, Path, Signature};

use crate::{args::Args, errors::Errors};

/// What the generated code calls the runtime and the policy type.
pub(crate) struct Naming {
    crate_path: Option<Path>,
    policy: Option<Ident>,
}

impl Naming {
    pub(crate) fn of(args: &Args) -> Self {
        Self { crate_path: args.crate_path.clone(), policy: args.policy_name.clone() }
    }

    /// Reports a generic parameter that has the policy type's name: the handler would be guarded
    /// by whatever stands for it.
    pub(crate) fn check(&self, signature: &Signature, errors: &mut Errors) {
        let policy = self.policy.as_ref().unwrap_or(&signature.ident);
        let named = signature.generics.params.iter().filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        });
        for same in named.filter(|name| *name == policy) {
            let message = format!("the generic parameter `{same}` has the name of the policy type");
            errors.push(same.span(), &message, "give the parameter another name");
        }
    }

    /// `::clerk_auth`
    pub(crate) fn root(&self) -> TokenStream {
        self.crate_path.as_ref().map_or_else(|| quote!(::clerk_auth), ToTokens::to_token_stream)
    }

    /// The policy type, if it is not named like the handler.
    pub(crate) fn policy(&self) -> Option<&Ident> {
        self.policy.as_ref()
    }

    /// The first name of `crate = path`, where it is relative.
    pub(crate) fn first(&self) -> Option<&Ident> {
        self.crate_path.as_ref().and_then(first_name)
    }
}

/// `scope` of `scope::READ`; `None` for `::scope::READ`.
pub(crate) fn first_name(path: &Path) -> Option<&Ident> {
    if path.leading_colon.is_some() {
        return None;
    }
    path.segments.first().map(|segment| &segment.ident)
}
