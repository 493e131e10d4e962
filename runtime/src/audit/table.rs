//! Rows in, the table of an app's routes out: as aligned text, as Markdown, as JSON.

use std::fmt;

use http::Method;
use serde::{Serialize, Serializer};

use crate::{layer::ClerkLayer, policy::Policy, token::TokenType};

/// Which routes an app has, and what each asks for.
///
/// It prints as aligned text, [as Markdown](Self::to_markdown) and [as JSON](Self::to_json).
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Table {
    rows: Vec<Row>,
}

/// One route: its method, its path, and what stands in front of its handler.
#[derive(Clone, Debug)]
pub struct Row {
    /// `None`: any method.
    method: Option<Method>,
    path: String,
    kind: Kind,
    /// From the outermost to the innermost.
    gates: Vec<RouteGuard>,
}

/// What answers the requests of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Handler,
    /// A mounted service: which routes it has, the table cannot know.
    Service,
    /// A document that clients read before they have a token.
    Metadata,
    /// The same below a prefix, where no client looks.
    NestedMetadata,
}

/// A guard, or a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct RouteGuard {
    policy: Policy,
    passes_preflights: bool,
}

impl Table {
    /// The routes, in the order in which they were added.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Row> {
        self.rows.iter()
    }

    /// Every policy of the table once, in the order of the routes: for
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

    /// The rows of [metadata](super::Routes::metadata) that clients cannot read, because a layer
    /// guards them or they are nested below a prefix. Let a test assert that there are none.
    pub fn misplaced_metadata(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.metadata_fault().is_some())
    }

    /// A table in Markdown, with a heading row.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let head = "| method | path | accepts | requirement |\n|---|---|---|---|\n";
        self.rows.iter().fold(head.to_owned(), |text, row| text + &row.to_markdown())
    }

    /// An array in JSON, one object for each route.
    ///
    /// | member | content |
    /// |---|---|
    /// | `method` | the method, or `"any"` |
    /// | `path` | the path, in the words of axum |
    /// | `accepts` | the types of tokens that can enter; empty for a public route |
    /// | `anonymous` | whether a request without a credential can enter |
    /// | `preflights` | whether a CORS preflight reaches the handler without a token |
    /// | `requirement` | the policies, as one line; `null` for a public route; what is wrong with misplaced metadata |
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
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
            if row.kind == Kind::Metadata {
                row.kind = Kind::NestedMetadata;
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
        Self { method, path: path.to_owned(), kind: Kind::Handler, gates: Vec::from_iter(gate) }
    }

    /// A document of a resource's metadata.
    pub(super) fn metadata(path: &str) -> Self {
        Self { kind: Kind::Metadata, ..Self::new(Some(Method::GET), path, None) }
    }

    /// A service that gets the prefix and all below it.
    pub(super) fn below(prefix: &str, gate: Option<RouteGuard>) -> Self {
        Self { kind: Kind::Service, ..Self::new(None, &joined(prefix, "/{*rest}"), gate) }
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

    /// Whether a request without a credential can enter.
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

    /// Why clients cannot read this metadata.
    fn metadata_fault(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Metadata | Kind::NestedMetadata if !self.is_public() => {
                Some("; this metadata must be public: merge it outside the layer")
            }
            Kind::Handler | Kind::Service | Kind::Metadata => None,
            Kind::NestedMetadata => {
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
        self.path.strip_suffix("/{*rest}").filter(|_| self.kind == Kind::Service)
    }

    /// Whether it is one operation of an API: a service may be none or many, clients find metadata
    /// without a document, and a document has no place for `CONNECT` (OpenAPI 3.1 §4.8.9).
    #[cfg(any(feature = "aide", feature = "utoipa"))]
    pub(crate) fn needs_operation(&self) -> bool {
        self.kind == Kind::Handler && self.method != Some(Method::CONNECT)
    }

    pub(crate) fn method_name(&self) -> &str {
        self.method.as_ref().map_or("any", Method::as_str)
    }

    fn to_markdown(&self) -> String {
        let accepts: Vec<&str> = self.token_types().into_iter().map(TokenType::as_str).collect();
        let accepts = match accepts.join(", ") {
            _ if self.is_public() => "anybody".to_owned(),
            types if types.is_empty() => "nobody".to_owned(),
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

/// A code span in a cell of a table: with a fence that the text does not have, and no bar that
/// would end the cell.
fn code(text: &str) -> String {
    let longest_run = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let (fence, space) = ("`".repeat(longest_run + 1), " ".repeat(longest_run.min(1)));
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
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

/// A row in JSON.
#[derive(Serialize)]
struct Members<'r> {
    method: &'r str,
    path: &'r str,
    accepts: Vec<TokenType>,
    anonymous: bool,
    preflights: bool,
    requirement: Option<String>,
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = Members {
            method: self.method_name(),
            path: &self.path,
            accepts: self.token_types(),
            anonymous: self.is_open_to_anonymous(),
            preflights: self.passes_preflights(),
            requirement: (!self.is_public() || self.metadata_fault().is_some())
                .then(|| self.requirement()),
        };
        members.serialize(serializer)
    }
}
