//! The attribute without a compiler: messages, advice, expansions, and input that no one would write.

mod advice;
mod expanded;
mod expansions;
mod messages;
mod pasted;
mod robustness;
mod trees;

use proc_macro2::TokenStream;

use crate::expand_attribute;

/// The output for source text.
fn expand(args: &str, item: &str) -> TokenStream {
    expand_attribute(tokens(args), tokens(item))
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The output as rustfmt would write it.
fn pretty(output: TokenStream) -> String {
    let text = output.to_string();
    let file = syn::parse2(output).unwrap_or_else(|error| panic!("{error}: {text}"));
    prettyplease::unparse(&file)
}
