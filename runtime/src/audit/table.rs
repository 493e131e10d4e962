//! The table of an application's routes: as aligned text, as Markdown, as JSON.

use std::fmt;

use http::Method;
use serde::{Serialize, Serializer};

use super::snapshot::{GuardRecord, RouteKind, RouteRecord, Snapshot};
use crate::{
    layer::ClerkLayer,
    policy::{Policy, ScopeHierarchy, code_span},
    token::TokenType,
};

/// The method of a route for all methods that have no other. No method has this name: methods are
/// case-sensitive (RFC 9110 §9.1), and registered ones are uppercase.
pub(super) const ANY_METHOD: &str = "any";

/// The routes of an application, and the policy of each.
///
/// It prints as aligned text, [as Markdown](Self::to_markdown) and [as JSON](Self::to_json).
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
    hierarchy: ScopeHierarchy,
}

/// One route: its method, its path, and the guards in front of its handler.
#[derive(Clone, Debug)]
pub struct Row {
    /// `None`: any method.
    method: Option<Method>,
    path: String,
    kind: RouteKind,
    /// From the outermost to the innermost.
    gates: Vec<RouteGuard>,
}

/// A guard, or a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct RouteGuard {
    policy: Policy,
    passes_preflights: bool,
}

impl Table {
    /// Returns the routes, in the order of their addition.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Row> {
        self.rows.iter()
    }

    /// Returns every policy of the table once, in the order of the routes: for
    /// [`Clerk::check`](crate::Clerk::check) and
    /// [`Clerk::resource_metadata`](crate::Clerk::resource_metadata).
    pub fn policies(&self) -> impl Iterator<Item = Policy> {
        let mut policies = Vec::new();
        for policy in self.rows.iter().flat_map(Row::policies) {
            if !policies.contains(&policy) {
                policies.push(policy);
            }
        }
        policies.into_iter()
    }

    /// Returns the rows of [metadata](super::Routes::metadata) that clients cannot read, because a
    /// layer guards them or they are nested below a prefix. Assert in a test that it is empty.
    pub fn misplaced_metadata(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.metadata_fault().is_some())
    }

    /// Returns the table in Markdown, with a heading row.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let head = "| method | path | accepts | requirement |\n|---|---|---|---|\n";
        self.rows.iter().fold(head.to_owned(), |text, row| text + &row.to_markdown())
    }

    /// The same table, of an app whose [`Clerk`](crate::Clerk) has this
    /// [`scope_hierarchy`](crate::ClerkBuilder::scope_hierarchy). A [`Snapshot`] then tells callers
    /// whom only the hierarchy admits.
    #[must_use]
    pub fn with_scope_hierarchy(self, hierarchy: ScopeHierarchy) -> Self {
        Self { hierarchy, ..self }
    }

    /// The JSON of its [`Snapshot`], which [`Snapshot::from_json`] reads.
    #[must_use]
    pub fn to_json(&self) -> String {
        Snapshot::from(self).to_json()
    }

    pub(super) fn scope_hierarchy(&self) -> ScopeHierarchy {
        self.hierarchy
    }

    pub(super) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// The same routes below a prefix.
    pub(super) fn nested(mut self, prefix: &str) -> Self {
        for row in &mut self.rows {
            row.path = joined(prefix, &row.path);
            if row.kind == RouteKind::Metadata {
                row.kind = RouteKind::NestedMetadata;
            }
        }
        self
    }

    /// The same routes behind a layer.
    pub(super) fn behind(mut self, layer: &ClerkLayer) -> Self {
        for row in &mut self.rows {
            row.gates.insert(0, RouteGuard::layer(layer));
        }
        self
    }
}

impl Row {
    pub(super) fn new(method: Option<Method>, path: &str, gate: Option<RouteGuard>) -> Self {
        Self {
            method,
            path: path.to_owned(),
            kind: RouteKind::Handler,
            gates: Vec::from_iter(gate),
        }
    }

    /// A document of a resource's metadata.
    pub(super) fn metadata(path: &str) -> Self {
        Self { kind: RouteKind::Metadata, ..Self::new(Some(Method::GET), path, None) }
    }

    /// A service that gets the prefix and all below it.
    pub(super) fn below(prefix: &str, gate: Option<RouteGuard>) -> Self {
        Self { kind: RouteKind::Service, ..Self::new(None, &joined(prefix, "/{*rest}"), gate) }
    }

    /// The method; `None` for a route of any method, except those that other rows have for the
    /// same path. As in axum, a row of `GET` answers `HEAD` too, where no row has `HEAD`.
    #[must_use]
    pub fn method(&self) -> Option<&Method> {
        self.method.as_ref()
    }

    /// The whole path, with its captures in axum's words. `/files/{*rest}` is also `/files` and
    /// `/files/`, where it stands for a mounted service.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What a request passes on its way: the layers from the outermost inwards, then the guard.
    /// Nothing, for a public route.
    #[must_use]
    pub fn policies(&self) -> impl ExactSizeIterator<Item = Policy> {
        self.gates.iter().map(|gate| gate.policy)
    }

    /// Whether nothing is asked of a request.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.gates.is_empty()
    }

    /// The types of tokens that every policy on the way lets pass. None, for a public route.
    #[must_use]
    pub fn token_types(&self) -> Vec<TokenType> {
        let mut accepted = Vec::new();
        for token_type in self.gates.iter().flat_map(|gate| gate.policy.token_types()) {
            if !accepted.contains(&token_type) && self.accepts(token_type) {
                accepted.push(token_type);
            }
        }
        accepted
    }

    /// Returns whether anonymous requests are accepted.
    #[must_use]
    pub fn is_open_to_anonymous(&self) -> bool {
        self.gates.iter().all(|gate| gate.policy.is_optional())
    }

    /// Whether a CORS preflight reaches the handler without a token: it answers `OPTIONS`, and
    /// nothing but layers that let preflights pass stands before it.
    #[must_use]
    pub fn passes_preflights(&self) -> bool {
        let answers = self.method.as_ref().is_none_or(|method| *method == Method::OPTIONS);
        answers && self.gates.iter().all(|gate| gate.passes_preflights)
    }

    /// What is asked for, as one line: `oauth_token with scope read:notes`, or `public`.
    #[must_use]
    pub fn requirement(&self) -> String {
        let fault = self.metadata_fault().unwrap_or_default();
        if self.is_public() {
            return "public".to_owned() + fault;
        }
        let mut policies: Vec<Policy> = self.policies().collect();
        policies.dedup();
        let lines: Vec<String> = policies.iter().map(Policy::to_string).collect();
        let preflights = if self.passes_preflights() { "; CORS preflights pass" } else { "" };
        lines.join("; then ") + preflights + fault
    }

    pub(super) fn to_record(&self) -> RouteRecord {
        RouteRecord {
            method: self.method_name().to_owned(),
            path: self.path.clone(),
            kind: self.kind,
            guards: self.gates.iter().copied().map(RouteGuard::to_record).collect(),
        }
    }

    /// Why clients cannot read this metadata.
    fn metadata_fault(&self) -> Option<&'static str> {
        match self.kind {
            RouteKind::Metadata | RouteKind::NestedMetadata if !self.is_public() => {
                Some("; this metadata must be public: merge it outside the layer")
            }
            RouteKind::Handler | RouteKind::Service | RouteKind::Metadata => None,
            RouteKind::NestedMetadata => {
                Some("; this metadata must stand at the root: merge it outside `nest`")
            }
        }
    }

    fn accepts(&self, token_type: TokenType) -> bool {
        // A cookie is no credential where sessions are not accepted, so it passes there as nobody.
        let may_be_cookie = token_type == TokenType::SessionToken;
        let passes =
            |policy: Policy| policy.accepts(token_type) || (may_be_cookie && policy.is_optional());
        self.policies().all(passes)
    }

    /// The prefix of a mounted service; `None` for any other row.
    #[cfg(any(feature = "aide", feature = "utoipa"))]
    pub(crate) fn service_prefix(&self) -> Option<&str> {
        self.path.strip_suffix("/{*rest}").filter(|_| self.kind == RouteKind::Service)
    }

    /// Whether it is one operation of an API: a service may be none or many, clients find metadata
    /// without a document, and a document has no place for `CONNECT` (OpenAPI 3.1 §4.8.9).
    #[cfg(any(feature = "aide", feature = "utoipa"))]
    pub(crate) fn needs_operation(&self) -> bool {
        self.kind == RouteKind::Handler && self.method != Some(Method::CONNECT)
    }

    pub(crate) fn method_name(&self) -> &str {
        self.method.as_ref().map_or(ANY_METHOD, Method::as_str)
    }

    fn to_markdown(&self) -> String {
        let accepts: Vec<&str> = self.token_types().into_iter().map(TokenType::as_str).collect();
        let accepts = match accepts.join(", ") {
            _ if self.is_public() => "anyone".to_owned(),
            types if types.is_empty() => "no caller".to_owned(),
            types if self.is_open_to_anonymous() => types + ", or no token",
            types => types,
        };
        let (method, path) = (self.method_name(), code(&self.path));
        format!("| {method} | {path} | {accepts} | {} |\n", code(&self.requirement()))
    }
}

impl RouteGuard {
    /// A guard is the handler's own: it answers a preflight like any request.
    pub(super) const fn guard(policy: Policy) -> Self {
        Self { policy, passes_preflights: false }
    }

    fn to_record(self) -> GuardRecord {
        GuardRecord { policy: self.policy.into(), passes_preflights: self.passes_preflights }
    }

    pub(super) const fn layer(layer: &ClerkLayer) -> Self {
        Self { policy: layer.policy(), passes_preflights: layer.passes_preflights() }
    }
}

/// The path of a nested route, as axum joins it.
fn joined(prefix: &str, path: &str) -> String {
    match (prefix.ends_with('/'), path) {
        (true, path) => format!("{prefix}{}", path.trim_start_matches('/')),
        (false, "/") => prefix.to_owned(),
        (false, path) => format!("{prefix}{path}"),
    }
}

/// A code span in a cell of a table: without a bar that would end the cell.
fn code(text: &str) -> String {
    code_span(text).replace('|', "\\|")
}

/// One line for each route, in columns.
impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: fn(&Row) -> &str| {
            self.rows.iter().map(|row| text(row).chars().count()).max().unwrap_or(0)
        };
        let (methods, paths) = (width(Row::method_name), width(Row::path));
        for row in &self.rows {
            let (method, path) = (row.method_name(), row.path());
            writeln!(formatter, "{method:<methods$}  {path:<paths$}  {}", row.requirement())?;
        }
        Ok(())
    }
}

/// `GET /notes: oauth_token with scope read:notes`
impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.method_name(), self.path, self.requirement())
    }
}

/// Serialises as its [`Snapshot`].
impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Snapshot::from(self).serialize(serializer)
    }
}
