//! A signature with a parameter that is half typed in, the same without that parameter out, so that
//! an editor still knows the others. The mistake is an error all the same.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{FnArg, Signature, parse::ParseStream};

/// `None` where something else than a parameter cannot be read.
pub(crate) fn without_unreadable_parameters(input: ParseStream<'_>) -> Option<Signature> {
    let mut tokens: Vec<TokenTree> =
        input.fork().parse::<TokenStream>().ok()?.into_iter().collect();
    let has_body =
        matches!(tokens.pop()?, TokenTree::Group(body) if body.delimiter() == Delimiter::Brace);
    let position =
        top_level(&tokens).into_iter().find(|position| is_parameters(&tokens, *position))?;
    let TokenTree::Group(parameters) = tokens.get(position)? else {
        return None;
    };
    let mut repaired = Group::new(Delimiter::Parenthesis, readable(parameters.stream()));
    repaired.set_span(parameters.span());
    *tokens.get_mut(position)? = repaired.into();
    syn::parse2(tokens.into_iter().collect()).ok().filter(|_| has_body)
}

fn is_parameters(tokens: &[TokenTree], position: usize) -> bool {
    let group = tokens.get(position);
    matches!(group, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

/// The parameters that can be read, each with a comma.
fn readable(parameters: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = parameters.into_iter().collect();
    let commas =
        top_level(&tokens).into_iter().filter(|position| is_sign(tokens.get(*position), ','));
    let mut start = 0;
    let mut kept = TokenStream::new();
    for end in commas.chain([tokens.len()]) {
        let parameter = tokens.get(start..end).unwrap_or_default().iter().cloned();
        let parameter: TokenStream = parameter.collect();
        if syn::parse2::<FnArg>(parameter.clone()).is_ok() {
            kept.extend(parameter);
            kept.extend(quote::quote!(,));
        }
        start = end.saturating_add(1);
    }
    kept
}

/// Where tokens stand that are not between `<` and `>`.
fn top_level(tokens: &[TokenTree]) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut positions = Vec::new();
    let mut previous = None;
    for (position, token) in tokens.iter().enumerate() {
        if is_sign(Some(token), '<') {
            depth = depth.saturating_add(1);
        } else if is_sign(Some(token), '>') && !is_sign(previous, '-') {
            depth = depth.saturating_sub(1);
        } else if depth == 0 {
            positions.push(position);
        }
        previous = Some(token);
    }
    positions
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}
