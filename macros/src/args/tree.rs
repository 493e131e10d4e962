//! A tree of values, as it is written: `any("admin", all("read:notes", scope::WRITE_NOTES))`.

use std::fmt;

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{LitStr, Path};

/// A group or one value in it.
#[derive(Clone)]
pub(crate) enum Node {
    Leaf(Leaf),
    Group(Group),
}

/// One value.
#[derive(Clone)]
pub(crate) enum Leaf {
    Text(LitStr),
    /// To a constant.
    Path(Path),
}

/// `any(…)` or `all(…)`
#[derive(Clone)]
pub(crate) struct Group {
    pub(crate) kind: GroupKind,
    /// That of the word `any` or `all`.
    pub(crate) span: Span,
    /// `None` is a member about which an error was reported.
    pub(crate) members: Vec<Option<Node>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupKind {
    /// One member is enough.
    Any,
    /// Each member is needed.
    All,
}

impl GroupKind {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "any" => Some(Self::Any),
            "all" => Some(Self::All),
            _ => None,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
    }
}

impl Group {
    /// The members that could be read.
    pub(crate) fn nodes(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.members.iter().flatten()
    }

    /// Whether every member, at every depth, could be read.
    pub(crate) fn is_whole(&self) -> bool {
        self.members.iter().all(|member| match member {
            Some(Node::Group(group)) => group.is_whole(),
            Some(Node::Leaf(_)) => true,
            None => false,
        })
    }
}

impl Leaf {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Text(literal) => literal.span(),
            Self::Path(path) => {
                path.segments.first().map_or_else(Span::call_site, |segment| segment.ident.span())
            }
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(leaf) => leaf.fmt(formatter),
            Self::Group(group) => group.fmt(formatter),
        }
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(literal) => write!(formatter, "{:?}", literal.value()),
            Self::Path(path) => {
                let text = path.to_token_stream().to_string();
                formatter.write_str(&text.replace(' ', ""))
            }
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<String> = self.nodes().map(Node::to_string).collect();
        write!(formatter, "{}({})", self.kind.name(), members.join(", "))
    }
}

/// What stands after `=`.
pub(crate) enum Value {
    Leaf(Leaf),
    /// The span is that of the brackets. `None` is a member about which an error was reported.
    List(Span, Vec<Option<Leaf>>),
    Group(Group),
    /// `second_factor(minutes = 5)`
    Factor(Factor),
    /// Nothing stands there, and nothing has to.
    Bare,
    /// An error was reported.
    Unreadable,
}

impl Value {
    pub(crate) const fn is_readable(&self) -> bool {
        !matches!(self, Self::Unreadable)
    }
}

/// As it is written.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(leaf) => leaf.fmt(formatter),
            Self::List(_, members) => {
                let members: Vec<String> = members.iter().flatten().map(Leaf::to_string).collect();
                write!(formatter, "[{}]", members.join(", "))
            }
            Self::Group(group) => group.fmt(formatter),
            Self::Factor(factor) => factor.fmt(formatter),
            Self::Bare => Ok(()),
            Self::Unreadable => formatter.write_str("…"),
        }
    }
}

/// `second_factor(minutes = 5)`
#[derive(Clone)]
pub(crate) struct Factor {
    pub(crate) level: Ident,
    pub(crate) minutes: u32,
}

impl fmt::Display for Factor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}(minutes = {})", self.level, self.minutes)
    }
}

/// What is around a value, because advice about a member must keep the others.
#[derive(Clone, Copy)]
pub(crate) enum Around {
    Nothing,
    List,
    Group(GroupKind),
}
