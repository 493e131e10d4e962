//! Attribute and item in, guarded handler out. Users reach this crate through `clerk-auth`, which
//! re-exports the attribute and documents it.
//!
//! ```text
//! arguments ─→ args ─→ policy ─→ expand ←─ handler ←─ item
//! ```

mod args;
mod conditions;
mod errors;
mod expand;
mod function;
mod handler;
mod injected;
mod names;
mod policy;
mod scope;
mod token_type;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::{args::Args, errors::Errors, handler::Handler, policy::Policy};

/// *(Defined in `clerk-auth-macros`; depend on `clerk-auth`, which documents it.)*
#[proc_macro_attribute]
pub fn clerk_auth(
    args: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand_tokens(args.into(), item.into()).into()
}

/// The attribute as a pure function.
///
/// After a mistake the handler still exists, but refuses everyone. What cannot be rewritten stays
/// as it is: the compile error beside it stops the build, and a second error would only distract.
fn expand_tokens(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let policy = Policy::check(Args::parse(args, &mut errors), &mut errors);
    let handler = Handler::parse(item.clone(), &mut errors);
    if let Some(handler) = &handler {
        handler.check(policy.as_ref(), &mut errors);
    }

    let output = match (policy, handler) {
        (Some(policy), Some(handler)) if errors.is_empty() => expand::guarded(&policy, handler),
        (_, Some(handler)) => expand::refused(handler),
        (_, None) => item,
    };
    errors.into_tokens().into_iter().chain(output).collect()
}
