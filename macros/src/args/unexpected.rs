//! Tokens that are not what was expected in, their name in a message and the help out.

use syn::{
    Ident, Lit, Path, Token,
    parse::ParseStream,
    token::{Bracket, Paren},
};

use crate::{
    args::{
        describe::{found, quoted, strings, text},
        keyword::{Key, is_constant},
        tree::{Around, GroupKind, Leaf},
    },
    condition::{Condition, PRESETS},
    suggest::{alternatives, is_negated, near},
    token_type::TokenType,
};

/// What the literal is, and what to write.
pub(crate) fn wrong_literal(key: Key, around: Around, literal: &Lit) -> (String, String) {
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
        (Lit::Bool(value), _) if key == Key::Optional => optional_help(&value.value.to_string()),
        (_, Some(text)) if !text.is_empty() => format!("write `{text:?}`"),
        _ => around.write(key),
    };
    (found.into(), help)
}

/// What stands there, and what to write.
pub(crate) fn wrong_token(key: Key, around: Around, input: ParseStream<'_>) -> (String, String) {
    let ahead = input.fork();
    if let Ok(path) = ahead.call(Path::parse_mod_style) {
        return wrong_path(key, around, &path, &ahead);
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
        Some(texts) => around.write_all(key, &quoted(&texts)),
        // A constant can stand there, and what it holds is not an example.
        None if key.form().path => "write a literal, or a path to a `const Scope`".into(),
        None => around.write(key),
    };
    (found, help)
}

/// A name or a path where none can stand, and what is behind it.
fn wrong_path(key: Key, around: Around, path: &Path, behind: ParseStream<'_>) -> (String, String) {
    let name = key.name();
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
    let help = match kind.filter(|_| key.form().group) {
        Some(kind) if texts.is_empty() => {
            format!("write the members, such as `{name} = {}`", key.group(kind))
        }
        Some(kind) => format!("write `{}`", around.group(kind, &quoted(&texts).join(", "))),
        None if is_macro => {
            let texts = match last.as_str() {
                "concat" => vec![texts.concat()],
                "vec" => texts,
                _ => Vec::new(),
            };
            format!("no macro runs in the arguments; {}", around.write_all(key, &quoted(&texts)))
        }
        None if behind.peek(Paren) => match (last.as_str(), texts.as_slice()) {
            ("new" | "from", [_]) => around.write_all(key, &quoted(&texts)),
            (name, _) if key == Key::Accepts && TokenType::from_name(name).is_some() => {
                format!("write the clause `{name}(…)` alone, without `accepts`")
            }
            _ if key.form().path => "write a literal, or a path to a `const Scope`".into(),
            _ => around.write(key),
        },
        None => literal_instead(key, path, &last),
    };
    (found, help)
}

/// `TokenType::ApiKey` → "write `"api_key"`"
fn literal_instead(key: Key, path: &Path, last: &str) -> String {
    let known: Vec<&str> = match key {
        Key::Accepts if last.eq_ignore_ascii_case("any") => vec!["any"],
        Key::Accepts => TokenType::ALL.map(TokenType::name).into(),
        Key::Condition(Condition::Reverification) => PRESETS.map(|(name, _)| name).into(),
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

/// A list for a key that takes none: what is wrong, and what to write.
pub(crate) fn wrong_list(key: Key, members: &[String]) -> (String, String) {
    let what = if key.form().group { "a group" } else { "one value" };
    (format!("`{}` takes {what}, not a list", key.name()), write_all(key, members))
}

/// A group for a key that takes none: what is wrong, and what to write.
pub(crate) fn wrong_group(key: Key, kind: GroupKind, members: &[String]) -> (String, String) {
    let help = match (kind, members) {
        // Its list names those of which one is enough.
        (GroupKind::All, [_, _, ..]) => write(key),
        _ => write_all(key, members),
    };
    (format!("`{}` takes no group", key.name()), help)
}

/// Another name than `any` and `all`: what is wrong, and what to write.
pub(crate) fn unknown_group(key: Key, name: &Ident) -> (String, String) {
    if !key.form().group {
        let message = format!("expected a string literal, found `{name}(…)`");
        return (message, write(key));
    }
    let name = name.to_string();
    if is_negated(&name) {
        let help = "write what a caller must have; nothing can be negated";
        return (format!("unknown group `{name}`"), help.into());
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

/// "write `scopes = ["a", "b"]`": the reader's own values, in a form that the key takes.
pub(crate) fn write_all(key: Key, members: &[String]) -> String {
    let (name, form, all) = (key.name(), key.form(), members.join(", "));
    match members {
        [] => write(key),
        _ if key == Key::Optional => write(key),
        [_, _, ..] if form.list => format!("write `{name} = [{all}]`"),
        // A user has one role: several can only be alternatives.
        [_, _, ..] if key == Key::Condition(Condition::Role) => {
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

/// "write a value, such as `accepts = "oauth_token"`". An example is not advice: nobody knows which
/// callers the reader means.
pub(crate) fn write(key: Key) -> String {
    match key {
        Key::Optional => optional_help(""),
        Key::Crate => format!("write `{}`", key.example()),
        Key::Policy => {
            format!("name a new type, such as `{}`: the policy stands beside it", key.example())
        }
        _ => format!("write a value, such as `{}`", key.example()),
    }
}

/// What to write instead of a value of `optional`, which has none.
pub(crate) fn optional_help(value: &str) -> String {
    match value {
        "true" => "write `optional`".into(),
        "false" => "remove `optional`".into(),
        _ => "write `optional` alone if requests without a credential are accepted; else remove it"
            .into(),
    }
}

impl Around {
    /// The reader's own values, in place of one.
    fn write_all(self, key: Key, members: &[String]) -> String {
        let all = members.join(", ");
        match (self, members) {
            (Self::Nothing, _) => write_all(key, members),
            (_, []) => self.write(key),
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

    fn write(self, key: Key) -> String {
        match (self, key) {
            (Self::Nothing, _) => write(key),
            (_, Key::Condition(condition)) => {
                let example = condition.example().trim_matches(['[', ']']);
                format!("write a value, such as `{example}`")
            }
            _ => "name a token type, such as `\"oauth_token\"`".into(),
        }
    }
}
