//! Tokens between parentheses in, each argument out: its name is known there, and stands once.

use proc_macro2::Ident;
use syn::{
    LitBool, LitStr, Token,
    ext::IdentExt,
    parse::{End, ParseStream},
};

use crate::{
    args::{
        comma::{comma, skip_to_comma},
        describe::{found, quoted},
        keyword::{Keyword, Position},
        meant::meant,
    },
    condition::Condition,
    errors::Errors,
    token_type::{TokenType, accepts_argument},
};

/// What was read so far.
pub(crate) struct ArgList {
    position: Position,
    seen: Vec<Keyword>,
    /// Whether every argument is one that can stand there, so that none is missing because of a
    /// mistake.
    pub(crate) is_whole: bool,
}

impl ArgList {
    pub(crate) const fn of(position: Position) -> Self {
        Self { position, seen: Vec::new(), is_whole: true }
    }

    /// Calls `read` after each name, to read what stands behind it. A name that stood before is an
    /// error, but what stands behind it is read too.
    pub(crate) fn all(
        mut self,
        input: ParseStream<'_>,
        errors: &mut Errors,
        mut read: impl FnMut(Keyword, Ident, &mut Errors),
    ) -> Self {
        while !input.is_empty() {
            if input.peek(Token![,]) {
                let help = "remove this `,`";
                errors.push(input.span(), "expected an argument, found `,`", help);
            } else if let Some((keyword, name)) = self.key(input, errors) {
                read(keyword, name, errors);
            } else {
                self.is_whole = false;
                skip_to_comma(input);
            }
            let what = if self.is_clause() { "conditions" } else { "arguments" };
            self.is_whole &= comma(input, what, self.seen.last(), errors);
        }
        self
    }

    /// The one place that looks for repetition among names.
    fn key(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> Option<(Keyword, Ident)> {
        let Ok(name) = input.call(Ident::parse_any) else {
            let message = format!("expected the name of an argument, found {}", found(input));
            let span = input.span();
            let help = without_name(input, self.position).unwrap_or_else(|| example(self.position));
            errors.push(span, &message, &help);
            return None;
        };
        let keyword = match Keyword::from_name(&name.to_string(), self.position, is_off(input)) {
            Ok(keyword) => keyword,
            Err((message, help)) => {
                let help = meant(&name, self.position, input).unwrap_or(help);
                errors.push(name.span(), &message, &help);
                return None;
            }
        };
        if self.seen.contains(&keyword) {
            let message = format!("`{name}` is written twice");
            errors.push(name.span(), &message, &once(keyword));
            self.is_whole = false;
        }
        self.seen.push(keyword);
        Some((keyword, name))
    }

    fn is_clause(&self) -> bool {
        matches!(self.position, Position::Clause(_))
    }
}

/// Whether something stands there that is not `= true`.
fn is_off(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let is_bare = input.is_empty() || input.peek(Token![,]);
    ahead.parse::<Token![=]>().ok();
    !is_bare && ahead.parse::<LitBool>().map_or(true, |value| !value.value)
}

/// What to write instead of two arguments with one name. A caller must meet both.
fn once(keyword: Keyword) -> String {
    let name = keyword.name();
    match keyword {
        Keyword::Clause(_) => format!("write one `{name}(…)` with all its conditions"),
        Keyword::Condition(Condition::Scopes) => {
            format!("write one `{name}` with a list: `{name} = […, …]`")
        }
        Keyword::Condition(Condition::Role) => "keep one `role`: a user has one".to_owned(),
        Keyword::Condition(_) if keyword.form().group => {
            format!("write one `{name}` with a group: `{name} = all(…, …)`")
        }
        Keyword::Condition(condition) if condition.is_bare() => format!("remove one `{name}`"),
        Keyword::Accepts => "keep one `accepts`; a list names several types".to_owned(),
        Keyword::Condition(_) => format!("keep one `{name}`, the one that a caller must meet"),
        Keyword::Optional | Keyword::Crate | Keyword::Policy | Keyword::PolicyName => {
            format!("remove one `{name}`")
        }
    }
}

/// What to write instead of texts without a name, which are taken: one mistake, however many.
fn without_name(input: ParseStream<'_>, position: Position) -> Option<String> {
    let mut texts = Vec::new();
    while input.peek(LitStr) && (input.peek2(Token![,]) || input.peek2(End)) {
        texts.push(input.parse::<LitStr>().ok()?.value());
        if input.peek2(LitStr) {
            input.parse::<Token![,]>().ok();
        }
    }
    let first = texts.first()?;
    let is_bare = Condition::ALL.iter().any(|it| it.is_bare() && it.name() == first);
    if texts.len() == 1 && (is_bare || first == Keyword::Optional.name()) {
        return Some(format!("write `{first}`"));
    }
    let types: Option<Vec<TokenType>> =
        texts.iter().map(|text| TokenType::from_name(text)).collect();
    if let (Some(types), Position::Attribute | Position::Macro) = (types, position) {
        return Some(format!("write `{}`", accepts_argument(&types)));
    }
    let condition = match position {
        Position::Clause(kind) => Condition::ALL.into_iter().find(|known| known.fits(kind))?,
        Position::Attribute | Position::Macro => Condition::Scopes,
    };
    let value = match (texts.as_slice(), condition) {
        ([_], _) => format!("{first:?}"),
        (texts, Condition::Scopes) => format!("[{}]", quoted(texts).join(", ")),
        _ => "…".to_owned(),
    };
    Some(format!("write the name before it, such as `{} = {value}`", condition.name()))
}

/// Arguments to paste.
pub(crate) fn example(position: Position) -> String {
    match position {
        Position::Attribute | Position::Macro => {
            "write arguments, such as `accepts = \"oauth_token\", scopes = \"read:notes\"`".into()
        }
        Position::Clause(kind) => {
            let known = Condition::ALL.into_iter().find(|condition| condition.fits(kind));
            let example = known.map(|condition| Keyword::Condition(condition).example());
            format!("write conditions, such as `{}`", example.unwrap_or_default())
        }
    }
}
