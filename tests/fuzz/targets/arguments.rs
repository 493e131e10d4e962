//! The attribute's arguments, as text: a policy, or at least one error; never a panic.

#![no_main]
#![allow(dead_code, reason = "a part of the macro crate is compiled here")]

#[path = "../../../macros/src/args.rs"]
mod args;
#[path = "../../../macros/src/branch.rs"]
mod branch;
#[path = "../../../macros/src/condition.rs"]
mod condition;
#[path = "../../../macros/src/entry.rs"]
mod entry;
#[path = "../../../macros/src/errors.rs"]
mod errors;
#[path = "../../../macros/src/format.rs"]
mod format;
#[path = "../../../macros/src/found.rs"]
mod found;
#[path = "../../../macros/src/group.rs"]
mod group;
#[path = "../../../macros/src/key.rs"]
mod key;
#[path = "../../../macros/src/literals.rs"]
mod literals;
#[path = "../../../macros/src/members.rs"]
mod members;
#[path = "../../../macros/src/names.rs"]
mod names;
#[path = "../../../macros/src/naming.rs"]
mod naming;
#[path = "../../../macros/src/placement.rs"]
mod placement;
#[path = "../../../macros/src/policy.rs"]
mod policy;
#[path = "../../../macros/src/reading.rs"]
mod reading;
#[path = "../../../macros/src/requirement.rs"]
mod requirement;
#[path = "../../../macros/src/reverification.rs"]
mod reverification;
#[path = "../../../macros/src/scope.rs"]
mod scope;
#[path = "../../../macros/src/separator.rs"]
mod separator;
#[path = "../../../macros/src/token_type.rs"]
mod token_type;
#[path = "../../../macros/src/tree.rs"]
mod tree;
#[path = "../../../macros/src/value.rs"]
mod value;

use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;

use crate::{args::Args, entry::Entry, errors::Errors, key::Place, naming::Naming, policy::Policy};

fuzz_target!(|text: &str| {
    let Ok(tokens) = text.parse::<TokenStream>() else { return };
    for place in [Place::Attribute, Place::Macro] {
        let mut errors = Errors::default();
        let args = Args::parse(tokens.clone(), place, &mut errors);
        let _ = Naming::of(&args);
        let entry = Entry::check(&args, &mut errors)
            .and_then(|entry| placement::check(entry, &args.conditions, &mut errors));
        let policy = Policy::check(args, entry.as_ref(), &mut errors);
        match policy {
            Some(_) if errors.is_empty() => {}
            _ => assert!(!errors.is_empty(), "refused without a reason: {text}"),
        }
    }
});
