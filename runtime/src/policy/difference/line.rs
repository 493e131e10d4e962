//! Changes as lines: ``newly admits `api_key` with scope `write:notes` ``.

use std::fmt;

use super::{CallerChange, Callers, Direction, Fact, Without};

impl fmt::Display for CallerChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Callers::Undecided(token_type) = self.callers {
            let verb = match self.direction {
                Direction::Admits => "admit",
                Direction::Rejects => "reject",
            };
            let why = "the policies have too many alternatives to compare";
            return write!(formatter, "may newly {verb} `{token_type}`: {why}");
        }
        formatter.write_str(match self.direction {
            Direction::Admits => "newly admits ",
            Direction::Rejects => "newly rejects ",
        })?;
        write!(formatter, "{}", self.callers)
    }
}

impl fmt::Display for Callers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (token_type, with, without) = match self {
            Self::Anonymous => return formatter.write_str("anonymous requests"),
            Self::Undecided(token_type) => return write!(formatter, "`{token_type}`"),
            Self::Tokens { token_type, with, without } => (token_type, with, without),
        };
        write!(formatter, "`{token_type}`")?;
        let mut has: Vec<String> = with.iter().map(Fact::to_string).collect();
        let mut lacks = String::new();
        match without {
            Without::More if has.is_empty() => has.push("nothing more".to_owned()),
            Without::More => lacks.push_str(" and nothing more"),
            Without::OneOf(sets) => match sets.iter().map(Vec::as_slice).collect::<Vec<_>>()[..] {
                [] => {}
                [[fact]] if fact.opposite().is_some() => {
                    has.extend(fact.opposite().map(str::to_owned));
                }
                _ => lacks = format!(" without {}", one_of(sets)),
            },
        }
        if !has.is_empty() {
            write!(formatter, " with {}", has.join(" and "))?;
        }
        formatter.write_str(&lacks)
    }
}

fn all_of(facts: &[Fact]) -> String {
    joined(facts.iter().map(Fact::to_string), " and ")
}

fn one_of(sets: &[Vec<Fact>]) -> String {
    let set = |facts: &Vec<Fact>| match facts.as_slice() {
        [fact] => fact.to_string(),
        facts => format!("({})", all_of(facts)),
    };
    joined(sets.iter().map(set), " or ")
}

fn joined(texts: impl Iterator<Item = String>, between: &str) -> String {
    texts.collect::<Vec<String>>().join(between)
}

/// A code span of Markdown, with a fence that the text does not have. Characters that are not
/// printed, or that change the direction of text, are escaped: a name must not look like another.
pub(crate) fn code_span(text: &str) -> String {
    let escaped = |character: char| match character {
        '"' | '\'' => character.to_string(),
        other => other.escape_debug().to_string(),
    };
    let text: String = text.chars().map(escaped).collect();
    let longest_run = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let (fence, space) = ("`".repeat(longest_run + 1), " ".repeat(longest_run.min(1)));
    format!("{fence}{space}{text}{space}{fence}")
}
