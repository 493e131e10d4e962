//! Tokens between two arguments or members in, the comma taken, or its absence reported.

use proc_macro2::{Ident, TokenTree};
use syn::{
    LitStr, Token,
    ext::IdentExt,
    parse::{End, ParseStream},
    token::Paren,
};

use crate::{
    args::{describe::found, keyword::Keyword, meant::EVERY_CONDITION, tree::GroupKind},
    condition::Condition,
    errors::Errors,
    suggest::is_negated,
    token_type::TokenType,
};

/// Takes the comma before the next one of `what`, after a value of `key`. A missing comma is
/// reported, and the answer is `false`; what follows is read only if it looks like the next one, so
/// that one mistake stays one error.
pub(crate) fn comma(
    input: ParseStream<'_>,
    what: &str,
    keyword: Option<&Keyword>,
    errors: &mut Errors,
) -> bool {
    let separate = separate(what, input);
    comma_or(input, what, starts_argument, errors, || match (keyword, operator(input)) {
        (Some(Keyword::Condition(_)), Some(GroupKind::Any)) if joins_arguments(input) => {
            EVERY_CONDITION.to_owned()
        }
        _ if joins_arguments(input) => separate,
        (Some(keyword), _) if keyword.form().group && is_mixed(input) => {
            "write `any(…)` where one is enough, `all(…)` where each is needed".to_owned()
        }
        (Some(keyword), Some(kind)) if keyword.form().group => {
            format!("write `{} = {}(…, …)` with your values", keyword.name(), kind.name())
        }
        (Some(keyword), Some(GroupKind::Any)) if keyword.form().list => {
            format!("write `{} = […, …]` with your values", keyword.name())
        }
        _ => separate,
    })
}

/// Takes the comma between two members of a group of this kind.
pub(crate) fn member_comma(input: ParseStream<'_>, around: GroupKind, errors: &mut Errors) -> bool {
    let starts_leaf = |input: ParseStream<'_>| input.peek(LitStr);
    comma_or(input, "members", starts_leaf, errors, || match operator(input) {
        Some(kind) if kind != around || is_mixed(input) => {
            format!("write `{}(…, …)` around the values that belong together", kind.name())
        }
        _ => separate("members", input),
    })
}

/// What to write between two values. Beside a comma, each of them can be enough.
fn separate(what: &str, input: ParseStream<'_>) -> String {
    let is_lone = input.cursor().token_tree().is_some_and(|(token, _)| match token {
        TokenTree::Punct(sign) => !";:.|&+".contains(sign.as_char()),
        TokenTree::Ident(word) => is_negated(&word.to_string()),
        _ => false,
    });
    if is_lone {
        return "write what a caller must have; nothing can be negated".to_owned();
    }
    format!("separate {what} with `,`")
}

fn comma_or(
    input: ParseStream<'_>,
    what: &str,
    starts: impl Fn(ParseStream<'_>) -> bool,
    errors: &mut Errors,
    help: impl FnOnce() -> String,
) -> bool {
    if input.is_empty() || input.parse::<Token![,]>().is_ok() {
        return true;
    }
    let message = format!("expected `,` between {what}, found {}", found(input));
    errors.push(input.span(), &message, &help());
    if !starts(input) {
        skip_to_comma(input);
        input.parse::<Token![,]>().ok();
    }
    false
}

/// What `"a" | "b"`, `"a" or "b"` or `"a" & "b"` probably means.
fn operator(input: ParseStream<'_>) -> Option<GroupKind> {
    let is_word = |word: &str| input.cursor().ident().is_some_and(|(ident, _)| ident == word);
    if input.peek(Token![|]) || is_word("or") {
        return Some(GroupKind::Any);
    }
    let is_all = input.peek(Token![&]) || input.peek(Token![+]) || is_word("and");
    is_all.then_some(GroupKind::All)
}

/// Whether an argument and not a value stands behind the operator: `role = "a" || plan = "b"`.
fn joins_arguments(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while operator(&ahead).is_some() && ahead.parse::<TokenTree>().is_ok() {}
    starts_argument(&ahead)
}

/// Whether both operators stand before the next comma.
fn is_mixed(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let (mut has_any, mut has_all) = (false, false);
    while !ahead.is_empty() && !ahead.peek(Token![,]) {
        has_any |= operator(&ahead) == Some(GroupKind::Any);
        has_all |= operator(&ahead) == Some(GroupKind::All);
        if ahead.parse::<TokenTree>().is_err() {
            break;
        }
    }
    has_any && has_all
}

/// Whether this looks like the next argument.
pub(crate) fn starts_argument(input: ParseStream<'_>) -> bool {
    let Ok(name) = input.fork().call(Ident::parse_any) else { return false };
    if input.peek2(Token![=]) || input.peek2(Paren) {
        return true;
    }
    // A name that is unknown or lacks its value would be a second error.
    let name = name.to_string();
    let is_word = Condition::ALL.iter().any(|it| it.is_bare() && name == it.name());
    let stands_alone = is_word || name == "optional" || TokenType::from_name(&name).is_some();
    stands_alone && (input.peek2(Token![,]) || input.peek2(End))
}

pub(crate) fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

pub(crate) fn skip_all(input: ParseStream<'_>) {
    while input.parse::<TokenTree>().is_ok() {}
}
