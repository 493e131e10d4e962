//! Attribute and item in, guarded handler out. Users reach this crate through `clerk-auth`, which
//! re-exports the attribute and `policy!`, and documents them. Clients of server functions depend on
//! this crate alone.
//!
//! ```text
//! arguments ─→ args ─→ entry ─→ policy ─→ expand ←─ handler ←─ item
//!                        └─ which injected values there are ─┘
//! ```
//!
//! `args` is syntax: `reading` goes from argument to argument, `key` knows the names, `value`,
//! `members` and `tree` what stands after them. `entry` knows
//! which tokens may enter, and with `placement` which conditions these can meet. `policy` knows what
//! they must carry: `requirement` looks at one condition, `format`, `scope`, `group` and
//! `reverification` at its value. `injected` knows which
//! token has which value, `parameter`, `mismatch` and `claims` look at the declared
//! type, and `stray` at parameters that no one injects. `server_function` knows the functions that
//! are no handlers.

mod args;
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

use crate::{
    args::{Args, keyword::Place},
    errors::Errors,
    expand::paths::Naming,
    handler::Handler,
    policy::{Policy, accepts::Entry},
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
/// After a mistake the handler still exists, but refuses everyone. What cannot be rewritten stays
/// as it is: the compile error beside it stops the build, and a second error would only distract.
fn expand_attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(args, Place::Attribute, &mut errors);
    let naming = Naming::of(&args);
    let entry = Entry::check(&args, &mut errors)
        .and_then(|entry| policy::placement::check(entry, &args.conditions, &mut errors));
    let policy = Policy::check(args, entry.as_ref(), &mut errors);
    let handler = Handler::parse(item.clone(), &mut errors);
    if let Some(handler) = &handler {
        handler.check(entry.as_ref(), &mut errors);
        naming.check(&handler.signature, &mut errors);
    }

    let output = match (entry, policy, handler) {
        (Some(entry), Some(policy), Some(handler)) if errors.is_empty() => {
            expand::guarded(&entry, &policy, handler, &naming)
        }
        (_, _, Some(handler)) => expand::refused(handler, &naming),
        (_, _, None) => item,
    };
    errors.into_tokens().into_iter().chain(output).collect()
}

/// `policy!` as a pure function. After a mistake its value is the policy that refuses everyone.
fn expand_policy(args: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::parse(args, Place::Macro, &mut errors);
    let naming = Naming::of(&args);
    let entry = Entry::check(&args, &mut errors)
        .and_then(|entry| policy::placement::check(entry, &args.conditions, &mut errors));
    match Policy::check(args, entry.as_ref(), &mut errors) {
        Some(policy) => expand::expression(&policy, &naming),
        None => expand::refusal(&errors.into_tokens(), &naming),
    }
}
