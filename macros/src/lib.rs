//! Attribute and item in, guarded handler out. Users reach this crate through `clerk-auth`, which
//! re-exports the attribute and `policy!`, and documents them. Clients of server functions depend on
//! this crate alone.
//!
//! ```text
//! arguments ─→ args ─→ policy ─→ expand ←─ handler ←─ item
//!                        └── accepts ────────┘
//! ```
//!
//! - `args`: what is written, with its spans. Syntax only, and what to write instead.
//! - `policy`: which tokens are accepted and what they must carry. Finds every contradiction.
//! - `handler`: the function, its injected parameters and the attributes beside ours.
//! - `expand`: tokens out of the two. Cannot fail.

mod args;
mod camel_case;
mod condition;
mod errors;
mod expand;
mod handler;
mod policy;
mod suggest;
mod token_type;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::ItemStruct;

use crate::{
    args::{Args, keyword::Position},
    errors::Errors,
    expand::paths::Paths,
    handler::{
        Handler,
        policy_type::{PolicyType, check_declaration},
    },
    policy::Policy,
};

/// *(Defined in `clerk-auth-macros`; depend on `clerk-auth`, which documents it.)*
#[proc_macro_attribute]
pub fn clerk_auth(
    args: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand_attribute(args.into(), item.into()).into()
}

/// *(Defined in `clerk-auth-macros`; depend on `clerk-auth`, which documents it.)*
#[proc_macro]
pub fn policy(args: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand_policy(args.into()).into()
}

/// The attribute as a pure function.
///
/// After a mistake the handler still exists, but rejects every request. What cannot be rewritten stays
/// as it is: the compile error beside it stops the build, and a second error would only distract.
fn expand_attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(args, Position::Attribute, &mut errors);
    let (paths, name) = (Paths::of(&args), PolicyType::of(&args));
    let (accepts, policy) = Policy::check(args, &mut errors);
    if let Ok(declared) = syn::parse2::<ItemStruct>(item.clone()) {
        name.check_unnamed(&mut errors);
        let output = match errors.step(|errors| check_declaration(&declared, errors)) {
            Some(()) => {
                expand::declared(policy.as_ref().filter(|_| errors.is_empty()), declared, &paths)
            }
            None => item,
        };
        return errors.into_tokens().into_iter().chain(output).collect();
    }
    let handler = Handler::check(item.clone(), accepts.as_ref(), name, &mut errors);
    let output = match (policy, handler) {
        (Some(policy), Some(handler)) if errors.is_empty() => {
            expand::guarded(&policy, handler, &paths)
        }
        (_, Some(handler)) => expand::deny_all(handler, &paths),
        (_, None) => item,
    };
    errors.into_tokens().into_iter().chain(output).collect()
}

/// `policy!` as a pure function. After a mistake its value is the policy that rejects every request.
fn expand_policy(args: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(args, Position::Macro, &mut errors);
    let paths = Paths::of(&args);
    match Policy::check(args, &mut errors) {
        (_, Some(policy)) if errors.is_empty() => expand::expression(&policy, &paths),
        _ => expand::deny_all_policy(&errors.into_tokens(), &paths),
    }
}
