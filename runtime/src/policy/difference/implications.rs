//! Which scopes imply others, as owned data that is written to and read from JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::policy::ScopeHierarchy;

/// A [`ScopeHierarchy`] as data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<ImplicationRecord>", into = "Vec<ImplicationRecord>")]
pub(crate) struct ScopeImplications(BTreeMap<String, Vec<String>>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImplicationRecord {
    scope: String,
    implies: Vec<String>,
}

impl ScopeImplications {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes that imply others.
    pub(super) fn implying(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether `scope` implies `other`, directly or through others.
    pub(super) fn implies(&self, scope: &str, other: &str) -> bool {
        let (mut known, mut open) = (BTreeSet::new(), vec![scope]);
        while let Some(next) = open.pop() {
            for implied in self.0.get(next).into_iter().flatten() {
                if implied == other {
                    return true;
                }
                if known.insert(implied) {
                    open.push(implied);
                }
            }
        }
        false
    }
}

impl From<ScopeHierarchy> for ScopeImplications {
    fn from(hierarchy: ScopeHierarchy) -> Self {
        let owned = |list: &[&str]| list.iter().copied().map(str::to_owned).collect();
        Self(
            hierarchy
                .entries()
                .map(|(scope, implied)| (scope.to_owned(), owned(implied)))
                .collect(),
        )
    }
}

impl From<ScopeImplications> for Vec<ImplicationRecord> {
    fn from(implications: ScopeImplications) -> Self {
        let entries = implications.0.into_iter();
        entries.map(|(scope, implies)| ImplicationRecord { scope, implies }).collect()
    }
}

impl TryFrom<Vec<ImplicationRecord>> for ScopeImplications {
    type Error = String;

    fn try_from(entries: Vec<ImplicationRecord>) -> Result<Self, String> {
        let mut implications = Self::default();
        for ImplicationRecord { scope, implies } in entries {
            if let Some(_earlier) = implications.0.insert(scope.clone(), implies) {
                return Err(format!("the scope {scope:?} has two entries in the hierarchy"));
            }
        }
        if let Some(scope) = implications.implying().find(|it| implications.implies(it, it)) {
            return Err(format!("the scope {scope:?} implies itself in the hierarchy"));
        }
        Ok(implications)
    }
}
