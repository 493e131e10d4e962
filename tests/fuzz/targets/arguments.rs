//! The attribute's arguments, as text: a policy, or at least one error; never a panic.

#![no_main]
#![allow(dead_code, reason = "a part of the macro crate is compiled here")]

/// The steps of the macro crate that read arguments.
#[path = "../../../macros/src"]
mod steps {
    pub(crate) mod args;
    pub(crate) mod camel_case;
    pub(crate) mod condition;
    pub(crate) mod errors;
    pub(crate) mod policy;
    pub(crate) mod suggest;
    pub(crate) mod token_type;
}

use libfuzzer_sys::fuzz_target;
use proc_macro2::TokenStream;

// They name each other by these paths.
pub(crate) use crate::steps::{args, camel_case, condition, errors, policy, suggest, token_type};
use crate::{
    args::{Args, keyword::Position},
    errors::Errors,
    policy::Policy,
};

fuzz_target!(|text: &str| {
    let Ok(tokens) = text.parse::<TokenStream>() else { return };
    for position in [Position::Attribute, Position::Macro] {
        let mut errors = Errors::default();
        let args = Args::parse(tokens.clone(), position, &mut errors);
        let (_, policy) = Policy::check(args, &mut errors);
        match policy {
            Some(_) if errors.is_empty() => {}
            _ => assert!(!errors.is_empty(), "rejected without a reason: {text}"),
        }
    }
});
