//! The routes of an app as data: to write them as JSON, to read them back, and to compare them.

use std::{collections::HashSet, fmt};

use http::Method;
use serde::{Deserialize, Serialize};

use super::{Changes, Table};
use crate::policy::{PolicyRecord, ScopeImplications, code_span};

/// The version of the JSON. A release that adds a condition keeps it: an older release rejects
/// what it does not know.
const VERSION: u32 = 1;

/// The routes of a [`Table`] as data, with the policies in front of each: to be reviewed.
///
/// ```
/// use clerk_auth::{audit::{Routes, Snapshot}, clerk_auth};
///
/// mod before {
///     #[clerk_auth::clerk_auth]
///     pub(crate) async fn delete_note() {}
/// }
///
/// #[clerk_auth(session_token, api_key(scopes = "write:notes"))]
/// async fn delete_note() {}
///
/// let (_, old) = Routes::<clerk_auth::Clerk>::new().delete("/notes/{id}", before::delete_note).finish();
/// let (_, new) = Routes::<clerk_auth::Clerk>::new().delete("/notes/{id}", delete_note).finish();
///
/// let reviewed = Snapshot::from_json(&old.to_json())?;
/// let changes = reviewed.changes(&Snapshot::from(&new));
/// assert_eq!(
///     changes.to_string(),
///     "`DELETE /notes/{id}`: newly admits `api_key` with scope `write:notes`\n"
/// );
/// assert!(changes.is_weakened());
/// # Ok::<(), clerk_auth::audit::SnapshotError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedSnapshot")]
pub struct Snapshot {
    version: u32,
    #[serde(skip_serializing_if = "ScopeImplications::is_empty")]
    pub(super) scope_hierarchy: ScopeImplications,
    pub(super) routes: Vec<RouteRecord>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedSnapshot {
    version: u32,
    #[serde(default)]
    scope_hierarchy: ScopeImplications,
    routes: Vec<RouteRecord>,
}

/// Why JSON is not a [`Snapshot`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// Another release wrote it.
    #[error("the routes have version {0}, and this release reads version {VERSION}")]
    UnknownVersion(u32),
    /// It is malformed, or names something that this release does not know.
    #[error("the routes cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// One route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteRecord {
    /// `any` for each method that has no route of its own.
    pub(super) method: String,
    pub(super) path: String,
    pub(super) kind: RouteKind,
    /// From the outermost to the innermost; empty for a public route.
    pub(super) guards: Vec<GuardRecord>,
}

/// What answers the requests of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RouteKind {
    Handler,
    /// A mounted service: which routes it has, the table cannot know.
    Service,
    /// A document that clients read before they have a token.
    Metadata,
    /// The same below a prefix, where no client looks.
    NestedMetadata,
}

/// A guard, or a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuardRecord {
    pub(super) policy: PolicyRecord,
    pub(super) passes_preflights: bool,
}

impl Snapshot {
    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// If the JSON is malformed, or has a version, a member or a condition that this release does
    /// not know: what is not understood cannot be compared.
    pub fn from_json(json: &str) -> Result<Self, SnapshotError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }

        let Versioned { version } = serde_json::from_str(json)?;
        if version != VERSION {
            return Err(SnapshotError::UnknownVersion(version));
        }
        Ok(serde_json::from_str(json)?)
    }

    /// JSON with a line break at its end, to be committed.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Compares these routes with newer ones: which callers each newly admits or rejects.
    #[must_use]
    pub fn changes(&self, new: &Self) -> Changes {
        Changes::between(self, new)
    }
}

impl TryFrom<UncheckedSnapshot> for Snapshot {
    type Error = String;

    fn try_from(unchecked: UncheckedSnapshot) -> Result<Self, String> {
        let UncheckedSnapshot { version, scope_hierarchy, routes } = unchecked;
        if version != VERSION {
            return Err(SnapshotError::UnknownVersion(version).to_string());
        }
        let mut known = HashSet::new();
        for route in &routes {
            if !known.insert((route.shape(), route.method.as_str())) {
                return Err(format!("the route {route} stands there twice; remove one"));
            }
        }
        Ok(Self { version, scope_hierarchy, routes })
    }
}

/// `` `DELETE /notes/{id}` ``
impl fmt::Display for RouteRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&code_span(&format!("{} {}", self.method, self.path)))
    }
}

impl From<&Table> for Snapshot {
    fn from(table: &Table) -> Self {
        Self {
            version: VERSION,
            scope_hierarchy: table.scope_hierarchy().into(),
            routes: table.rows().map(super::Row::to_record).collect(),
        }
    }
}

impl RouteRecord {
    pub(super) fn is_metadata(&self) -> bool {
        matches!(self.kind, RouteKind::Metadata | RouteKind::NestedMetadata)
    }

    pub(super) fn is_public(&self) -> bool {
        self.guards.is_empty()
    }

    /// Whether a CORS preflight reaches the handler without a token.
    pub(super) fn passes_preflights(&self) -> bool {
        let answers = self.is_for_any_method() || self.method == Method::OPTIONS.as_str();
        answers && self.guards.iter().all(|guard| guard.passes_preflights)
    }

    pub(super) fn is_for_any_method(&self) -> bool {
        self.method == super::table::ANY_METHOD
    }

    /// Whether it can answer a request for the other route, if no route stands nearer to that.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let is_get_for_head = self.method == "GET" && other.method == "HEAD";
        let has_method = self.is_for_any_method() || self.method == other.method || is_get_for_head;
        let (pattern, path) = (self.shape(), other.shape());
        (has_method || other.is_for_any_method()) && covers(&pattern, &path)
    }

    /// The path without the names of its captures: axum finds the same route by any name.
    pub(super) fn shape(&self) -> String {
        let mut shape = String::new();
        let mut rest = self.path.as_str();
        // `{{` and `}}` stand for braces.
        while let Some((before, after)) = rest.split_once('{') {
            shape.push_str(before);
            let capture = after.split_once('}').filter(|_| !after.starts_with('{'));
            let (kept, following) = match (capture, after.strip_prefix('{')) {
                (Some((name, following)), _) if name.starts_with('*') => ("{*}", following),
                (Some((_, following)), _) => ("{}", following),
                (None, Some(following)) => ("{{", following),
                (None, None) => ("{", after),
            };
            shape.push_str(kept);
            rest = following;
        }
        shape + rest
    }
}

/// Whether a path is matched by a pattern, segment by segment.
fn covers(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for own in pattern.split('/') {
        if own.contains("{*}") {
            return true;
        }
        let fits = |segment: &str| segment == own || own.contains("{}");
        if !segments.next().is_some_and(fits) {
            return false;
        }
    }
    segments.next().is_none()
}
