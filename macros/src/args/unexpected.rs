//! Tokens that are not what was expected in, their name in a message and the help out.

use syn::{
    Ident, Lit, Path, Token,
    parse::ParseStream,
    token::{Bracket, Paren},
};

use crate::{
    args::{
        describe::{found, quoted, strings, text},
        keyword::{Keyword, is_constant},
        tree::{Around, GroupKind, Leaf},
    },
    condition::{Condition, PRESETS},
    suggest::{alternatives, is_negated, near},
    token_type::TokenType,
};

/// A constant can stand there, and what it holds is not an example.
const PATH_HELP: &str = "write a literal, or a path to a `const Scope`";

/// What the literal is, and what to write.
pub(crate) fn wrong_literal(keyword: Keyword, around: Around, literal: &Lit) -> (String, String) {
    let found = match literal {
        Lit::Str(text) if text.suffix().is_empty() => {
            return ("a raw string".into(), format!("write `{:?}`", text.value()));
        }
        Lit::Str(text) => {
            let found = format!("a string with the suffix `{}`", text.suffix());
            return (found, format!("write `{:?}`", text.value()));
        }
        Lit::ByteStr(_) => "a byte string",
        Lit::CStr(_) => "a C string",
        Lit::Byte(_) => "a byte",
        Lit::Char(_) => "a character",
        Lit::Int(_) | Lit::Float(_) => "a number",
        Lit::Bool(_) => "a boolean",
        _ => "another literal",
    };
    let help = match (literal, text(literal)) {
        (_, Some(text)) if !text.is_empty() => format!("write `{text:?}`"),
        _ => around.write(keyword),
    };
    (found.into(), help)
}

/// What stands there, and what to write.
pub(crate) fn wrong_token(
    keyword: Keyword,
    around: Around,
    input: ParseStream<'_>,
) -> (String, String) {
    let ahead = input.fork();
    if let Ok(path) = ahead.call(Path::parse_mod_style) {
        return wrong_path(keyword, around, &path, &ahead);
    }
    if input.peek(Token![,]) {
        return ("`,`".into(), "remove this `,`".into());
    }
    if input.peek(Token![!]) {
        let help = "write what a caller must have; nothing can be negated";
        return ("`!`".into(), help.into());
    }
    let found = if input.peek(Bracket) { "a list in a list".into() } else { found(input) };
    let help = match strings(input) {
        Some(texts) => around.write_all(keyword, &quoted(&texts)),
        None if keyword.form().path && input.peek(Token![&]) => borrowed(keyword, around, input),
        None if keyword.form().path => PATH_HELP.into(),
        None => around.write(keyword),
    };
    (found, help)
}

/// `&READ` → "write `scopes = READ`"
fn borrowed(keyword: Keyword, around: Around, input: ParseStream<'_>) -> String {
    let ahead = input.fork();
    while ahead.parse::<Token![&]>().is_ok() {}
    let path = ahead
        .call(Path::parse_mod_style)
        .ok()
        .filter(|_| ahead.is_empty() || ahead.peek(Token![,]));
    path.map_or_else(
        || PATH_HELP.into(),
        |path| around.write_all(keyword, &[Leaf::Path(path).to_string()]),
    )
}

/// A name or a path where none can stand, and what is behind it.
fn wrong_path(
    keyword: Keyword,
    around: Around,
    path: &Path,
    behind: ParseStream<'_>,
) -> (String, String) {
    let name = keyword.name();
    let last = path.segments.last().map_or_else(String::new, |last| last.ident.to_string());
    let is_macro = behind.parse::<Token![!]>().is_ok();
    let texts = strings(behind).unwrap_or_default();
    let found = match path.get_ident() {
        _ if is_macro => "a macro call".into(),
        _ if behind.peek(Paren) => "a call".into(),
        Some(name) => format!("`{name}`"),
        None => "a path".into(),
    };
    let kind = path.get_ident().and_then(|_| GroupKind::from_name(&last));
    let help = match kind.filter(|_| keyword.form().group) {
        Some(kind) if texts.is_empty() => {
            let members = keyword.members();
            format!("write the members, such as `{name} = {}({members})`", kind.name())
        }
        Some(kind) => format!("write `{}`", around.group(kind, &quoted(&texts).join(", "))),
        None if is_macro => {
            let texts = match last.as_str() {
                "concat" if !texts.is_empty() => vec![texts.concat()],
                "vec" => texts,
                _ => Vec::new(),
            };
            format!(
                "no macro runs in the arguments; {}",
                around.write_all(keyword, &quoted(&texts))
            )
        }
        None if behind.peek(Paren) => match (last.as_str(), texts.as_slice()) {
            ("new" | "from", [_]) => around.write_all(keyword, &quoted(&texts)),
            (name, _) if keyword == Keyword::Accepts && TokenType::from_name(name).is_some() => {
                format!("write the clause `{name}(…)` alone, without `accepts`")
            }
            _ if keyword.form().path => PATH_HELP.into(),
            _ => around.write(keyword),
        },
        None => literal_instead(keyword, path, &last),
    };
    (found, help)
}

/// `TokenType::ApiKey` → "write `"api_key"`"
fn literal_instead(keyword: Keyword, path: &Path, last: &str) -> String {
    let known: Vec<&str> = match keyword {
        Keyword::Accepts if last.eq_ignore_ascii_case("any") => vec!["any"],
        Keyword::Accepts => TokenType::ALL.map(TokenType::name).into(),
        Keyword::Condition(Condition::Reverification) => PRESETS.map(|(name, _)| name).into(),
        _ => Vec::new(),
    };
    match (near(last, known.iter().copied()).as_slice(), path.get_ident()) {
        ([meant], _) => format!("write `{meant:?}`"),
        ([], Some(name)) if known.is_empty() && !is_constant(last) => {
            format!("write `\"{name}\"`")
        }
        ([], _) if known.is_empty() => {
            let path = Leaf::Path(path.clone());
            format!("write the text of `{path}` here; only `scopes` takes a path")
        }
        ([], _) => format!("one of {}", alternatives(&known)),
        (near, _) => format!("did you mean {}?", alternatives(near)),
    }
}

/// A list for a keyword that takes none: what is wrong, and what to write.
pub(crate) fn wrong_list(keyword: Keyword, members: &[String]) -> (String, String) {
    let what = if keyword.form().group { "a group" } else { "one value" };
    (format!("`{}` takes {what}, not a list", keyword.name()), write_all(keyword, members))
}

/// A group for a keyword that takes none: what is wrong, and what to write.
pub(crate) fn wrong_group(
    keyword: Keyword,
    kind: GroupKind,
    members: &[String],
) -> (String, String) {
    let help = match (kind, members) {
        // Its list names those of which one is enough.
        (GroupKind::All, [_, _, ..]) => write(keyword),
        _ => write_all(keyword, members),
    };
    (format!("`{}` takes no group", keyword.name()), help)
}

/// Another name than `any` and `all`: what is wrong, and what to write.
pub(crate) fn unknown_group(keyword: Keyword, name: &Ident, is_empty: bool) -> (String, String) {
    if !keyword.form().group {
        let message = format!("expected a string literal, found `{name}(…)`");
        return (message, write(keyword));
    }
    let name = name.to_string();
    if is_negated(&name) {
        let help = "write what a caller must have; nothing can be negated";
        return (format!("unknown group `{name}`"), help.into());
    }
    if is_empty && keyword.form().path {
        return ("expected a string literal, found a call".into(), PATH_HELP.into());
    }
    let near = match name.as_str() {
        "or" | "one_of" | "oneof" | "some" => vec!["any"],
        "and" | "every" | "each" => vec!["all"],
        _ => near(&name, ["any", "all"]),
    };
    let help = match near.as_slice() {
        [] => "write `any(…)` where one is enough, `all(…)` where each is needed".into(),
        near => format!("did you mean {}?", alternatives(near)),
    };
    (format!("unknown group `{name}`"), help)
}

/// "write `scopes = ["a", "b"]`": the reader's own values, in a form that the keyword takes.
pub(crate) fn write_all(keyword: Keyword, members: &[String]) -> String {
    let (name, form, all) = (keyword.name(), keyword.form(), members.join(", "));
    match members {
        [] => write(keyword),
        [_, _, ..] if form.list => format!("write `{name} = [{all}]`"),
        // A user has one role: several can only be alternatives.
        [_, _, ..] if keyword == Keyword::Condition(Condition::Role) => {
            format!("write `{name} = any({all})` where one is enough")
        }
        [_, _, ..] if form.group => format!(
            "write `{name} = any({all})` where one is enough, `{name} = all({all})` where each is \
             needed"
        ),
        [only] => format!("write `{name} = {only}`"),
        _ => format!("write the one {name} that a caller must meet"),
    }
}

/// "write a value, such as `accepts = "oauth_token"`". An example is not advice: it
/// names callers whom the reader may not mean.
pub(crate) fn write(keyword: Keyword) -> String {
    match keyword {
        Keyword::Policy => format!("name a policy type, such as `{}`", keyword.example()),
        Keyword::Crate => format!("write `{}`", keyword.example()),
        Keyword::PolicyName => {
            format!("name a new type, such as `{}`: the policy stands beside it", keyword.example())
        }
        _ => format!("write a value, such as `{}`", keyword.example()),
    }
}

impl Around {
    /// The reader's own values, in place of one.
    pub(crate) fn write_all(self, keyword: Keyword, members: &[String]) -> String {
        let all = members.join(", ");
        match (self, members) {
            (Self::Nothing, _) => write_all(keyword, members),
            (_, []) => self.write(keyword),
            (Self::Group(GroupKind::Any), [_, _, ..]) => format!("write `all({all})`"),
            (Self::List | Self::Group(_), _) => format!("write `{all}`"),
        }
    }

    /// A group that stands there: within one of its kind, its members alone.
    fn group(self, kind: GroupKind, members: &str) -> String {
        match self {
            Self::Group(around) if around == kind => members.to_owned(),
            _ => format!("{}({members})", kind.name()),
        }
    }

    fn write(self, keyword: Keyword) -> String {
        match (self, keyword) {
            (Self::Nothing, _) => write(keyword),
            (_, Keyword::Condition(condition)) => {
                let example = condition.example().trim_matches(['[', ']']);
                format!("write a value, such as `{example}`")
            }
            _ => "name a token type, such as `\"oauth_token\"`".into(),
        }
    }
}
