//! What a mistake says. In `messages/`, the first line of each paragraph is a mistake, and below it
//! stands what the attribute answers: the text it underlines, the message, the help.
//!
//! Refresh with `UPDATE_EXPECT=1` and read the difference.

use std::ops::Range;

use expect_test::{ExpectFile, expect_file};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::LitStr;

use super::tokens;
use crate::{expand_attribute, expand_policy};

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
fn a_server_function_has_its_attribute_below() {
    check(&expect_file!["messages/server_functions.txt"]);
}

#[test]
fn injected_parameters_have_the_type_the_policy_gives() {
    check(&expect_file!["messages/parameters.txt"]);
}

#[test]
fn clauses_name_the_types_and_their_conditions() {
    check(&expect_file!["messages/clauses.txt"]);
}

#[test]
fn conditions_stand_where_exactly_their_type_enters() {
    check(&expect_file!["messages/placement.txt"]);
}

#[test]
fn trees_are_made_of_any_and_all() {
    check(&expect_file!["messages/trees.txt"]);
}

#[test]
fn nothing_in_a_tree_is_said_twice_or_for_nothing() {
    check(&expect_file!["messages/absorbed.txt"]);
}

#[test]
fn roles_permissions_features_and_plans_can_match() {
    check(&expect_file!["messages/session.txt"]);
}

#[test]
fn reverification_is_a_preset_or_a_factor_and_its_minutes() {
    check(&expect_file!["messages/reverification.txt"]);
}

#[test]
fn machines_audiences_and_clients_can_match() {
    check(&expect_file!["messages/machines.txt"]);
}

#[test]
fn optional_takes_neither_value_nor_conditions() {
    check(&expect_file!["messages/optional.txt"]);
}

#[test]
fn words_stand_alone_in_clauses_of_their_types() {
    check(&expect_file!["messages/words.txt"]);
}

#[test]
fn crate_is_a_path_and_policy_a_name() {
    check(&expect_file!["messages/names.txt"]);
}

#[test]
fn an_injected_value_is_declared_as_it_is_present() {
    check(&expect_file!["messages/presence.txt"]);
}

#[test]
fn claims_are_raw_or_decoded_into_an_owned_type() {
    check(&expect_file!["messages/claims.txt"]);
}

#[test]
fn an_identity_is_that_of_the_accepted_types() {
    check(&expect_file!["messages/identity.txt"]);
}

#[test]
fn a_guard_is_written_without_a_parameter() {
    check(&expect_file!["messages/guard.txt"]);
}

#[test]
fn a_type_that_only_a_guard_gives_has_the_name_of_its_value() {
    check(&expect_file!["messages/strays.txt"]);
}

#[test]
fn what_names_an_injected_value_stands_above_the_attribute() {
    check(&expect_file!["messages/order.txt"]);
}

#[test]
fn a_policy_outside_of_a_handler_has_the_same_mistakes() {
    check(&expect_file!["messages/policy_macro.txt"]);
}

#[test]
fn what_is_correct_has_no_message() {
    check(&expect_file!["messages/correct.txt"]);
}

#[test]
fn one_mistake_is_one_error() {
    check(&expect_file!["messages/one_mistake.txt"]);
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

#[test]
fn paths_and_groups_from_a_declarative_macro_are_read() {
    for value in ["a::B", "any(a::B, \"c\")", "\"a b\""] {
        let value = group(Delimiter::None, tokens(value));
        let args = tokens("accepts = \"api_key\", scopes =").into_iter().chain(value).collect();
        let found = mistakes(expand_attribute(args, tokens("async fn f() {}")));
        assert!(found.is_empty(), "{found:?}");
    }
}

/// The help of each message about one source.
pub(super) fn of(source: &str) -> Vec<String> {
    let texts = mistakes(output(source)).into_iter().map(|(_, text)| text);
    texts.filter_map(|text| Some(text.split_once("help: ")?.1.to_owned())).collect()
}

/// Every source of the tables, with the help of each of its messages.
pub(super) fn all() -> Vec<(String, String)> {
    let helps = |source: String| of(&source).into_iter().map(move |help| (source.clone(), help));
    sources().into_iter().flat_map(helps).collect()
}

/// What each message underlines, in characters, and its text.
pub(super) fn spans(source: &str) -> Vec<(Range<usize>, String)> {
    let columns = |span: Span| span.start().column..span.end().column;
    mistakes(output(source)).into_iter().map(|(span, text)| (columns(span), text)).collect()
}

/// Every source of the tables.
pub(super) fn sources() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/messages");
    let mut all = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let table = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let sources = table.split("\n\n").filter_map(|paragraph| paragraph.lines().next());
        all.extend(sources.map(str::to_owned));
    }
    all
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
    let messages = mistakes(output(source));
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

/// `#[clerk_auth(arguments)] item` or `policy!(arguments)`
fn output(source: &str) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens(source).into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Punct(_), TokenTree::Group(attribute), item @ ..] => {
            let group = attribute.stream().into_iter().find_map(group_content);
            expand_attribute(group.unwrap_or_default(), item.iter().cloned().collect())
        }
        [_, _, TokenTree::Group(arguments)] => braced_content(expand_policy(arguments.stream())),
        _ => panic!("neither attribute nor macro: {source}"),
    }
}

fn group_content(token: TokenTree) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    }
}

/// The content of the block.
fn braced_content(block: TokenStream) -> TokenStream {
    block.into_iter().take(1).find_map(group_content).unwrap_or_default()
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
