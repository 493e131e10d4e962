//! The code of a help compiles in the place of what is wrong.

use std::ops::Range;

use super::{advice::advised, messages};

/// Sources whose help cannot be pasted alone, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "#[clerk_auth(oauth_token, api_key, scopes = any(\"a\", scope::B))]",
        "the condition moves into a clause: two places",
    ),
    (
        "#[clerk_auth(session_token(role = \"org:admin\"), oauth_token, scopes = \"read:notes\")]",
        "the condition moves into a clause: two places",
    ),
    (
        "#[clerk_auth(oauth_token, session_token(role = \"admin\"), scopes = \"a\")]",
        "the condition moves into a clause: two places",
    ),
    (
        "#[clerk_auth(policy = ReadNotes, accepts = \"api_key\", api_key(scopes = \"a\"), scopes = \"b\")]",
        "`accepts` must name the advised type too: two places",
    ),
    ("#[clerk_auth(\"oauth_token\", \"api_key\")]", "one argument replaces two"),
];

#[test]
fn advice_of_every_message_compiles_when_pasted() {
    let (mut pasted, mut failed) = (0, Vec::new());
    for source in messages::sources() {
        // Beside a second mistake, no advice alone is enough.
        let found = messages::spans(&source);
        let [(span, text)] = found.as_slice() else { continue };
        let Some((_, help)) = text.split_once("help: ") else { continue };
        // An attribute belongs to another item.
        for advice in advised(help).into_iter().filter(|it| !it.starts_with('#')) {
            pasted += 1;
            if !compiles_in_place(&source, span, &advice) {
                failed.push(format!("{source}: {advice}"));
            }
        }
    }
    let is_exception = |it: &&String| EXCEPTIONS.iter().any(|(source, _)| it.starts_with(source));
    let unexpected: Vec<&String> = failed.iter().filter(|it| !is_exception(it)).collect();
    assert!(pasted > 100 && unexpected.is_empty(), "{pasted}: {unexpected:#?}");
    assert_eq!(failed.len(), EXCEPTIONS.len(), "an exception is none: {failed:#?}");
}

/// Instead of what is underlined and up to a few tokens around it, or before it.
fn compiles_in_place(source: &str, span: &Range<usize>, advice: &str) -> bool {
    let characters: Vec<char> = source.chars().collect();
    let is_word =
        |at: usize| characters.get(at).is_some_and(|it| it.is_alphanumeric() || *it == '_');
    let is_boundary = |at: &usize| *at == 0 || !is_word(at - 1) || !is_word(*at);
    let starts = (0..=span.start).rev().filter(is_boundary).take(80);
    let text = |range: Range<usize>| characters[range].iter().collect::<String>();
    let mut places: Vec<Range<usize>> = starts
        .flat_map(|start| {
            let ends = (span.end..=characters.len()).filter(is_boundary).take(80);
            ends.map(move |end| start..end)
        })
        .collect();
    // A name within quotes.
    if characters.get(span.start) == Some(&'"') {
        places.push(span.start + 1..span.end - 1);
    }
    places.retain(|place| is_one_argument(&text(place.clone())));
    places.sort_by_key(ExactSizeIterator::len);
    let instead = places.into_iter().map(|place| {
        format!("{}{advice}{}", text(0..place.start), text(place.end..characters.len()))
    });
    let before = format!("{}{advice}, {}", text(0..span.start), text(span.start..characters.len()));
    let alone = source.replacen("#[clerk_auth]", &format!("#[clerk_auth({advice})]"), 1);
    let instead_of_any = source.replacen("accepts = \"any\"", advice, 1);
    let is_sound = |source: &String| is_code(source) && messages::spans(source).is_empty();
    instead.chain([before, alone, instead_of_any]).any(|source| is_sound(&source))
}

/// At most one argument and the comma beside it.
fn is_one_argument(removed: &str) -> bool {
    let (mut depth, mut is_text) = (0_i32, false);
    let removed = removed.replace("=>", "=");
    let inner = removed.trim().trim_matches(',');
    !inner.chars().any(|it| {
        is_text ^= it == '"';
        depth += i32::from("([{<".contains(it)) - i32::from(")]}>".contains(it));
        depth < 0 || it == ',' && depth == 0 && !is_text
    }) && depth == 0
}

/// The attribute is still there, and what the compiler would hand to it.
fn is_code(source: &str) -> bool {
    let is_called = source.starts_with("#[clerk_auth") || source.starts_with("policy!");
    is_called && source.parse::<proc_macro2::TokenStream>().is_ok()
}
