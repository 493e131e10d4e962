//! `crate = path` in, the paths of the generated code out.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;

use crate::args::Args;

/// What the generated code calls the runtime.
pub(crate) struct Paths {
    crate_path: Option<Path>,
}

impl Paths {
    pub(crate) fn of(args: &Args) -> Self {
        Self { crate_path: args.crate_path.clone() }
    }

    /// `::clerk_auth`
    pub(crate) fn root(&self) -> TokenStream {
        self.crate_path.as_ref().map_or_else(|| quote!(::clerk_auth), ToTokens::to_token_stream)
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
