//! Tokens of an attribute or of `policy!` in, [`Args`] out: every argument with the spans of its
//! name and of its value. Syntax only; what a value means is decided in `entry` and `policy`.

pub(crate) mod arg_list;
pub(crate) mod comma;
pub(crate) mod describe;
pub(crate) mod factor;
pub(crate) mod group_syntax;
pub(crate) mod keyword;
pub(crate) mod meant;
pub(crate) mod path;
pub(crate) mod tree;
pub(crate) mod unexpected;
pub(crate) mod value;

use std::fmt;

use proc_macro2::{Ident, TokenStream};
use syn::{
    Lit, Path, Token, parenthesized,
    parse::{ParseStream, Parser},
    token::{Brace, Bracket, Paren},
};

use crate::{
    args::{
        arg_list::{ArgList, example},
        comma::skip_to_comma,
        keyword::{Keyword, Position},
        tree::Value,
    },
    condition::Condition,
    errors::Errors,
    suggest::alternatives,
    token_type::TokenType,
};

/// The arguments as they were written, each once.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) accepts: Option<Argument>,
    pub(crate) clauses: Vec<ClauseArgs>,
    /// Those that stand outside of clauses.
    pub(crate) conditions: Vec<ConditionArgs>,
    pub(crate) is_optional: bool,
    pub(crate) crate_path: Option<Path>,
    /// The shared policy.
    pub(crate) policy: Option<Path>,
    pub(crate) policy_name: Option<Ident>,
    /// Whether an argument was left out, because it could not be read.
    pub(crate) has_gaps: bool,
}

pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// `oauth_token(…)` or `oauth_token`
pub(crate) struct ClauseArgs {
    pub(crate) kind: TokenType,
    pub(crate) name: Ident,
    pub(crate) conditions: Vec<ConditionArgs>,
}

/// `role = "org:admin"`
pub(crate) struct ConditionArgs {
    pub(crate) condition: Condition,
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// As it is written.
impl fmt::Display for ConditionArgs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Bare => self.name.fmt(formatter),
            value => write!(formatter, "{} = {value}", self.name),
        }
    }
}

impl Args {
    /// `place` is the attribute or the macro.
    pub(crate) fn parse(tokens: TokenStream, position: Position, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let parser = |input: ParseStream<'_>| {
            args.fill(input, position, errors);
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.push(error.span(), &error.to_string(), &example(position));
        }
        args
    }

    /// The shared policy, if nothing beside it narrows it.
    pub(crate) fn shared(&self) -> Option<&Path> {
        let is_narrowed = self.is_optional
            || self.accepts.is_some()
            || !self.clauses.is_empty()
            || !self.conditions.is_empty();
        self.policy.as_ref().filter(|_| !is_narrowed)
    }

    fn fill(&mut self, input: ParseStream<'_>, position: Position, errors: &mut Errors) {
        let reading = ArgList::of(position).all(input, errors, |keyword, name, errors| {
            self.argument(keyword, name, input, errors);
        });
        self.has_gaps |= !reading.is_whole;
    }

    /// What stands after the name. Of an argument that is written twice, the first one counts.
    fn argument(
        &mut self,
        keyword: Keyword,
        name: Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) {
        match keyword {
            Keyword::Accepts => {
                let value = value::after_equals(keyword, &name, input, errors);
                self.accepts.get_or_insert(Argument { name, value });
            }
            Keyword::Optional => {
                self.has_gaps |= !value::is_bare(keyword, &name, input, errors);
                self.is_optional = true;
            }
            Keyword::Crate => {
                let path = path::path_after_equals(keyword, &name, input, errors);
                self.crate_path = self.crate_path.take().or(path);
            }
            Keyword::Policy => {
                let policy = path::policy_after_equals(keyword, &name, input, errors);
                self.has_gaps |= policy.is_none();
                self.policy = self.policy.take().or(policy);
            }
            Keyword::PolicyName => {
                let policy = path::name_after_equals(keyword, &name, input, errors);
                self.policy_name = self.policy_name.take().or(policy);
            }
            Keyword::Clause(kind) => {
                let (conditions, is_whole) = clause(kind, &name, input, errors);
                self.has_gaps |= !is_whole;
                if self.clauses.iter().all(|clause| clause.kind != kind) {
                    self.clauses.push(ClauseArgs { kind, name, conditions });
                }
            }
            Keyword::Condition(condition) => {
                push_condition(&mut self.conditions, condition, name, input, errors);
            }
        }
    }
}

/// Nothing, or `(role = "org:admin", permission = "org:notes:read")`; and whether it is whole.
fn clause(
    kind: TokenType,
    name: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> (Vec<ConditionArgs>, bool) {
    if input.peek(Token![=]) {
        let message = format!("`{name}` takes no value");
        errors.push(name.span(), &message, &instead_of_value(kind, name, input));
        skip_to_comma(input);
        return (Vec::new(), false);
    }
    if input.peek(Bracket) || input.peek(Brace) {
        let message = format!("the conditions of `{name}` stand in parentheses");
        errors.push(input.span(), &message, "write parentheses instead");
        skip_to_comma(input);
        return (Vec::new(), false);
    }
    if !input.peek(Paren) {
        return (Vec::new(), true);
    }
    clause_conditions(kind, name, input, errors).unwrap_or_else(|error| {
        errors.push(error.span(), &error.to_string(), &format!("write `{name}`"));
        (Vec::new(), false)
    })
}

/// `oauth_token = "read:notes"` → "write `oauth_token(scopes = "read:notes")`", because the type
/// alone would accept each of its tokens.
fn instead_of_value(kind: TokenType, name: &Ident, input: ParseStream<'_>) -> String {
    let ahead = input.fork();
    let literal = ahead.parse::<Token![=]>().and_then(|_| ahead.parse::<Lit>());
    let known = Condition::names_for(kind);
    match (literal, known.as_slice()) {
        (Ok(Lit::Bool(value)), _) if value.value => format!("write `{name}`"),
        (Ok(Lit::Bool(_)), _) => "name the token types that are accepted, and no others".to_owned(),
        (Ok(Lit::Str(text)), ["scopes", ..]) => {
            format!("write `{name}(scopes = {:?})`", text.value())
        }
        (Ok(Lit::Str(text)), ["from", ..]) => format!("write `{name}(from = {:?})`", text.value()),
        _ => format!("write conditions in parentheses: {}", alternatives(&known)),
    }
}

fn clause_conditions(
    kind: TokenType,
    name: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<(Vec<ConditionArgs>, bool)> {
    let content;
    let paren = parenthesized!(content in input);
    if content.is_empty() {
        let message = format!("`{name}()` has no condition");
        errors.push(paren.span.join(), &message, &format!("write `{name}`"));
    }
    let mut conditions = Vec::new();
    let reading =
        ArgList::of(Position::Clause(kind)).all(&content, errors, |keyword, name, errors| {
            if let Keyword::Condition(condition) = keyword {
                push_condition(&mut conditions, condition, name, &content, errors);
            }
        });
    Ok((conditions, reading.is_whole))
}

fn push_condition(
    conditions: &mut Vec<ConditionArgs>,
    condition: Condition,
    name: Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) {
    let keyword = Keyword::Condition(condition);
    let value = match condition.is_bare() {
        true if value::is_bare(keyword, &name, input, errors) => Value::Bare,
        true => Value::Unreadable,
        false => value::after_equals(keyword, &name, input, errors),
    };
    if conditions.iter().all(|known| known.condition != condition) {
        conditions.push(ConditionArgs { condition, name, value });
    }
}
