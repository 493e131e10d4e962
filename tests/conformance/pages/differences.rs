//! Two outcomes in, what differs out, and which rule of `stricter.toml` names it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::Deserialize;

use super::outcome::Outcome;
use crate::differences::matches;

/// One difference.
pub(crate) struct PageDifference {
    /// `state`, `reason`, `location`, `cache-control`, or the name of a parameter or cookie behind its
    /// kind.
    field: String,
    theirs: String,
    ours: String,
}

/// A rule of pages that decides otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageEntry {
    patterns: Vec<String>,
    field: String,
    /// Any, if there is none.
    #[serde(default)]
    theirs: Vec<String>,
    #[serde(default)]
    ours: Vec<String>,
    /// Whether it lets in whom the SDK does not.
    #[serde(default)]
    pub(crate) is_accepted: bool,
    pub(crate) rule: String,
    pub(crate) why: String,
    pub(crate) source: String,
    /// The patterns that named a difference.
    #[serde(skip)]
    used: BTreeSet<usize>,
}

impl PageDifference {
    /// Once the states differ, all else follows from that.
    pub(crate) fn between(theirs: &Outcome, ours: &Outcome) -> Vec<Self> {
        let new = |field: String, theirs: &str, ours: &str| {
            let (theirs, ours) = (theirs.to_owned(), ours.to_owned());
            (theirs != ours).then_some(Self { field, theirs, ours })
        };
        if let Some(difference) = new("state".into(), &theirs.state, &ours.state) {
            return vec![difference];
        }
        let mut found = vec![
            new("reason".into(), &theirs.reason, &ours.reason),
            new("location".into(), &theirs.location, &ours.location),
            new("cache-control".into(), &theirs.cache_control, &ours.cache_control),
        ];
        for (kind, theirs, ours) in [
            ("parameter", &theirs.parameters, &ours.parameters),
            ("cookie", &theirs.cookies, &ours.cookies),
        ] {
            let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
            let value = |of: &BTreeMap<String, String>, name| of.get(name).cloned();
            found.extend(names.into_iter().map(|name| {
                let [theirs, ours] =
                    [theirs, ours].map(|of| value(of, name).unwrap_or("absent".into()));
                new(format!("{kind} {name}"), &theirs, &ours)
            }));
        }
        found.into_iter().flatten().collect()
    }

    fn lets_in(&self) -> bool {
        self.field == "state" && self.ours == "in"
    }
}

impl PageEntry {
    pub(crate) fn covers(&mut self, name: &str, difference: &PageDifference) -> bool {
        let same = |wanted: &[String], found: &str| {
            wanted.is_empty() || wanted.iter().any(|wanted| matches(wanted, found))
        };
        let is_it = matches(&self.field, &difference.field)
            && same(&self.theirs, &difference.theirs)
            && same(&self.ours, &difference.ours)
            && (!difference.lets_in() || self.is_accepted);
        if !is_it {
            return false;
        }
        let patterns = self.patterns.iter().enumerate();
        let naming: Vec<usize> =
            patterns.filter(|(_, it)| matches(it, name)).map(|(number, _)| number).collect();
        self.used.extend(&naming);
        !naming.is_empty()
    }

    /// Patterns that named no difference.
    pub(crate) fn unused(&self) -> impl Iterator<Item = String> {
        let patterns = self.patterns.iter().enumerate();
        let unused = patterns.filter(|(number, _)| !self.used.contains(number));
        unused.map(|(_, pattern)| format!("{pattern}: {}", self.rule))
    }
}

impl fmt::Display for PageDifference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, theirs, ours } = self;
        let laxer = if self.lets_in() { ", laxer" } else { "" };
        write!(formatter, "{field}{laxer}: theirs {theirs}, ours {ours}")
    }
}
