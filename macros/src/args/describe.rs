//! Tokens in a form that no keyword takes in, the strings in them out: a help can then show the reader's
//! own values in the right form.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Lit, LitStr, Token,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

/// The strings of `("a", "b")`, `{"a"}` or `&["a", "b"]`; `None` where anything else stands there,
/// or none.
pub(crate) fn strings(input: ParseStream<'_>) -> Option<Vec<String>> {
    let ahead = input.fork();
    while ahead.parse::<Token![&]>().is_ok() {}
    if let Ok(literal) = ahead.parse::<LitStr>() {
        return Some(vec![literal.value()]);
    }
    match ahead.cursor().token_tree()? {
        (TokenTree::Group(group), _) => strings_of(group.stream()),
        _ => None,
    }
}

fn strings_of(content: TokenStream) -> Option<Vec<String>> {
    let literals = Punctuated::<LitStr, Token![,]>::parse_terminated.parse2(content).ok()?;
    let strings: Vec<String> = literals.iter().map(LitStr::value).collect();
    (!strings.is_empty()).then_some(strings)
}

/// The text of a literal that is no string: `b"a"`, `c"a"`, `'a'`.
pub(crate) fn text(literal: &Lit) -> Option<String> {
    match literal {
        Lit::ByteStr(bytes) => String::from_utf8(bytes.value()).ok(),
        Lit::CStr(text) => text.value().into_string().ok(),
        Lit::Char(letter) => Some(letter.value().into()),
        Lit::Byte(byte) => Some(char::from(byte.value()).into()),
        _ => None,
    }
}

/// `a` and `b` as `"a"` and `"b"`.
pub(crate) fn quoted(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| format!("{text:?}")).collect()
}

/// The next token, as it is shown in a message.
pub(crate) fn found(input: ParseStream<'_>) -> String {
    match input.cursor().token_tree() {
        Some((TokenTree::Group(group), _)) => match group.delimiter() {
            Delimiter::Parenthesis => "`(`".into(),
            Delimiter::Brace => "`{`".into(),
            Delimiter::Bracket => "`[`".into(),
            Delimiter::None => "other tokens".into(),
        },
        Some((token, _)) => format!("`{token}`"),
        None => "nothing".into(),
    }
}

/// Neither raw nor with a suffix.
pub(crate) fn is_plain(literal: &LitStr) -> bool {
    literal.suffix().is_empty() && literal.token().to_string().starts_with('"')
}
