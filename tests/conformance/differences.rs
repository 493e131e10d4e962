//! Two decisions in, what differs out, and whether `stricter.toml` lists it.

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    pages::{PageDifference, PageEntry},
    vectors::Decision,
};

/// What differs between two decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// One lets in, and the other does not.
    Decision,
    /// Both refuse, with another code.
    Reason,
    /// Both let in, and see another caller.
    Identity,
    /// Both let in, and one finds a condition met.
    Has,
}

/// One difference.
pub(crate) struct Difference {
    what: What,
    theirs: String,
    ours: String,
    /// Whether we let in whom the SDK refuses.
    laxer: bool,
}

/// A rule of ours that decides otherwise.
#[derive(Deserialize)]
pub(crate) struct Entry {
    patterns: Vec<String>,
    pub(crate) what: What,
    /// The codes of a difference in reasons.
    theirs: Option<String>,
    ours: Option<String>,
    pub(crate) rule: String,
    pub(crate) why: String,
    pub(crate) source: String,
    pub(crate) relax: String,
    /// The RFC that demands it, where we let in whom the SDK refuses.
    pub(crate) laxer: Option<String>,
    #[serde(skip)]
    is_used: bool,
}

/// A rule of ours that no vector shows.
#[derive(Deserialize)]
pub(crate) struct Uncompared {
    /// Whether it accepts or tells more than the SDK.
    pub(crate) is_accepted: bool,
    pub(crate) rule: String,
    pub(crate) why: String,
    pub(crate) source: String,
    /// Each as `file: function`.
    pub(crate) tests: Vec<String>,
}

/// `stricter.toml`.
#[derive(Deserialize)]
pub(crate) struct Allowed {
    #[serde(rename = "difference")]
    pub(crate) entries: Vec<Entry>,
    #[serde(rename = "page", default)]
    pub(crate) pages: Vec<PageEntry>,
    pub(crate) uncompared: Vec<Uncompared>,
}

impl Difference {
    pub(crate) fn between(theirs: &Decision, ours: &Decision) -> Vec<Self> {
        let new = |what, theirs: &dyn fmt::Debug, ours: &dyn fmt::Debug| Self {
            what,
            theirs: format!("{theirs:?}"),
            ours: format!("{ours:?}"),
            laxer: false,
        };
        if theirs.enters != ours.enters {
            let difference = new(What::Decision, &theirs.reason, &ours.reason);
            return vec![Self { laxer: ours.enters, ..difference }];
        }
        if !theirs.enters {
            let Some(theirs) = theirs.reason.clone() else { return Vec::new() };
            let ours = ours.reason.clone().unwrap_or_default();
            if theirs == ours {
                return Vec::new();
            }
            return vec![Self { what: What::Reason, theirs, ours, laxer: false }];
        }
        let mut differences = Vec::new();
        let (caller, found) = (said(&theirs.who), said(&ours.who));
        if (&theirs.token_type, &caller) != (&ours.token_type, &found) {
            differences.push(new(What::Identity, &caller, &found));
        }
        let found = ours.has.clone().unwrap_or_default();
        for (text, met) in theirs.has.iter().flatten() {
            if found[text] != *met {
                let difference = new(What::Has, &(text, met), &found[text]);
                differences.push(Self { laxer: found[text], ..difference });
            }
        }
        differences
    }
}

/// The members that say something.
fn said(who: &BTreeMap<String, Value>) -> BTreeMap<&str, &Value> {
    let says = |value: &Value| !value.is_null() && value != "" && value != &Value::Array(vec![]);
    who.iter()
        .filter(|(_, value)| says(value))
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}

impl Allowed {
    pub(crate) fn read() -> Self {
        toml::from_str(include_str!("stricter.toml")).unwrap()
    }

    pub(crate) fn covers(&mut self, name: &str, difference: &Difference) -> bool {
        let mut covers = false;
        for entry in &mut self.entries {
            if entry.covers(name, difference) {
                entry.is_used = true;
                covers = true;
            }
        }
        covers
    }

    pub(crate) fn covers_page(&mut self, name: &str, difference: &PageDifference) -> bool {
        let mut covers = false;
        for entry in &mut self.pages {
            covers |= entry.covers(name, difference);
        }
        covers
    }

    pub(crate) fn unused_pages(&self) -> Vec<String> {
        self.pages.iter().flat_map(PageEntry::unused).collect()
    }

    pub(crate) fn unused(&self) -> Vec<&str> {
        let unused = self.entries.iter().filter(|entry| !entry.is_used);
        unused.map(|entry| entry.rule.as_str()).collect()
    }
}

impl Entry {
    fn covers(&self, name: &str, difference: &Difference) -> bool {
        let same = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| matches(wanted, found))
        };
        self.what == difference.what
            && self.patterns.iter().any(|pattern| matches(pattern, name))
            && same(&self.theirs, &difference.theirs)
            && same(&self.ours, &difference.ours)
            && (!difference.laxer || self.laxer.is_some())
    }
}

/// `*` stands for any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|text| {
            (0..=text.len())
                .filter(|at| text.is_char_boundary(*at))
                .any(|at| matches(rest, &text[at..]))
        }),
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, theirs, ours, laxer } = self;
        let laxer = if *laxer { ", laxer" } else { "" };
        write!(formatter, "{what:?}{laxer}: theirs {theirs}, ours {ours}")
    }
}
