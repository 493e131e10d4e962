//! What a mistake says. In `messages/`, the first line of each paragraph is a mistake, and below it
//! stands what the attribute answers: the text it underlines, the message, the help.
//!
//! Refresh with `UPDATE_EXPECT=1` and read the difference.

use expect_test::{ExpectFile, expect_file};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::LitStr;

use super::tokens;
use crate::expand_attribute;

#[test]
fn arguments_are_keys_with_values() {
    check(&expect_file!["messages/arguments.txt"]);
}

#[test]
fn values_are_string_literals_or_lists_of_them() {
    check(&expect_file!["messages/values.txt"]);
}

#[test]
fn accepts_names_token_types() {
    check(&expect_file!["messages/token_types.txt"]);
}

#[test]
fn scopes_follow_the_grammar() {
    check(&expect_file!["messages/scopes.txt"]);
}

#[test]
fn scopes_are_required_only_of_types_that_carry_them() {
    check(&expect_file!["messages/types_without_scopes.txt"]);
}

#[test]
fn a_handler_is_an_async_free_function() {
    check(&expect_file!["messages/handlers.txt"]);
}

#[test]
fn injected_parameters_have_the_type_the_policy_gives() {
    check(&expect_file!["messages/parameters.txt"]);
}

#[test]
fn independent_mistakes_are_reported_at_once() {
    check(&expect_file!["messages/together.txt"]);
}

#[test]
fn literals_from_a_declarative_macro_are_read() {
    let literal = group(Delimiter::None, tokens(r#""oauth""#));
    let list = group(Delimiter::None, group(Delimiter::Bracket, literal.clone()));
    for value in [literal, list] {
        let args = tokens("accepts =").into_iter().chain(value).collect();
        let found = mistakes(expand_attribute(args, tokens("async fn f() {}")));
        let messages: Vec<&str> = found.iter().map(|(_, message)| message.as_str()).collect();
        assert_eq!(messages, ["unknown token type `oauth`\nhelp: did you mean `oauth_token`?"]);
    }
}

#[track_caller]
fn check(expected: &ExpectFile) {
    let data = expected.data();
    let answers: Vec<String> =
        data.split("\n\n").filter_map(|paragraph| paragraph.lines().next()).map(answer).collect();
    expected.assert_eq(&answers.join("\n"));
}

/// The source, and below it every message, in the way of the compiler.
fn answer(source: &str) -> String {
    let (args, item) = split(source);
    let messages = mistakes(expand_attribute(args, item));
    let messages = messages.iter().map(|(span, text)| {
        let (message, help) =
            text.split_once('\n').unwrap_or_else(|| panic!("a message without help: {text}"));
        let column = span.start().column;
        let underline = "^".repeat(span.end().column - column);
        let blank = " ".repeat(column);
        format!("{blank}{underline} {message}\n{blank}{help}\n")
    });
    format!("{source}\n{}", messages.collect::<String>())
}

/// `#[clerk_auth(arguments)] item`
fn split(source: &str) -> (TokenStream, TokenStream) {
    let mut tokens = tokens(source).into_iter();
    let attribute = tokens.by_ref().find_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    let args = attribute.into_iter().flatten().find_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    (args.unwrap_or_default(), tokens.collect())
}

/// The `compile_error!` calls: what each underlines, and its text.
fn mistakes(output: TokenStream) -> Vec<(Span, String)> {
    let tokens: Vec<TokenTree> = output.into_iter().collect();
    tokens
        .windows(3)
        .filter_map(|window| match window {
            [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(group)]
                if name == "compile_error" =>
            {
                let text: LitStr = syn::parse2(group.stream()).expect("a message");
                Some((name.span().join(group.span())?, text.value()))
            }
            _ => None,
        })
        .collect()
}

fn group(delimiter: Delimiter, content: TokenStream) -> TokenStream {
    TokenTree::from(Group::new(delimiter, content)).into()
}
