//! Mistakes in, one `compile_error!` for each out, so that all independent mistakes are seen at
//! once.

use proc_macro2::{Span, TokenStream};

/// Every mistake found so far, in the order in which it was found.
#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds a mistake: what is wrong at `span`, and what to write instead.
    pub(crate) fn push(&mut self, span: Span, message: &str, help: &str) {
        self.add(mistake(span, message, help));
    }

    pub(crate) fn add(&mut self, mistake: syn::Error) {
        self.0.push(mistake);
    }

    /// The value of a parser that stops at its first mistake.
    pub(crate) fn handle<T>(&mut self, outcome: syn::Result<T>) -> Option<T> {
        outcome.map_err(|mistake| self.add(mistake)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Runs one step with a sink of its own. `None` if the step added a mistake.
    pub(crate) fn step<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let mut child = Self::default();
        let outcome = step(&mut child);
        let is_sound = child.is_empty();
        self.0.append(&mut child.0);
        is_sound.then_some(outcome)
    }

    /// The `compile_error!` calls; empty when there was no mistake.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().flat_map(syn::Error::to_compile_error).collect()
    }
}

/// For a parser that stops at its first mistake.
pub(crate) fn mistake(span: Span, message: &str, help: &str) -> syn::Error {
    syn::Error::new(span, format!("{message}\nhelp: {help}"))
}
