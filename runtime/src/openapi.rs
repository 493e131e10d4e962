//! An OpenAPI document and the policies of its operations in, a document that says who may call
//! them out.

// What is said is decided in `operation`, `scheme` and `response_object`. How it is written is
// decided by the crate that the document is of; nothing else in this crate knows that one.

#[cfg(feature = "aide")]
mod aide;
mod operation;
mod response_object;
mod routes;
mod scheme;
#[cfg(feature = "utoipa")]
mod utoipa;

use std::fmt;

use http::Method;
use serde_json::Value;

use self::{
    operation::Operation,
    response_object::ResponseObject,
    scheme::{Definition, Scheme},
};
use crate::{
    clerk::Clerk,
    policy::{Policy, ScopeHierarchy},
};

/// A document that [`Clerk::describe`] takes: of `utoipa` (feature `utoipa`) or of `aide`
/// (feature `aide`). Give it a `&mut` of the crate's own `OpenApi`.
pub struct Document<'d>(&'d mut dyn Write);

/// What [`Clerk::describe`] or [`Clerk::describe_routes`] could not say, one line for each. All
/// else stands in the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenApiError {
    lines: Vec<String>,
    operations_without_row: Vec<String>,
    rows_without_operation: Vec<String>,
}

/// How a document is written and read.
trait Write {
    /// Says it of one operation; `false` where the document has no such operation.
    fn describe(&mut self, method: &Method, path: &str, operation: &Operation) -> bool;

    /// Removes scopes that the hierarchy makes superfluous.
    fn simplify(&mut self, _: ScopeHierarchy) {}

    /// The whole document.
    fn to_json(&self) -> serde_json::Result<Value>;

    fn define_scheme(&mut self, name: &str, description: &str, definition: Definition<'_>);

    fn define_response(&mut self, name: String, response: Value) -> serde_json::Result<()>;
}

/// What the operations of a document refer to by name, ours or not.
#[derive(Default)]
struct Mentions {
    /// Schemes, with what callers must have been granted.
    schemes: Vec<(String, Vec<String>)>,
    /// Responses, as the document refers to them.
    responses: Vec<String>,
}

/// What stands before the name of a response in a reference to it.
const RESPONSES: &str = "#/components/responses/";

impl Clerk {
    /// Writes the policies of operations into an OpenAPI document: who may call each, and how it
    /// rejects the rest. See [the page about it](crate::guide::openapi).
    ///
    /// An operation that is not named stays as it is: a guarded one that you forget is documented
    /// as open. [`describe_routes`](Self::describe_routes) finds those.
    ///
    /// `operations` are methods, paths as they stand in the document, and policies. With `aide`,
    /// handlers of `#[clerk_auth]` have described themselves, so only operations behind a
    /// [`ClerkLayer`](crate::ClerkLayer) are left to be named. Call it once the document has all
    /// of its operations.
    ///
    /// # Errors
    /// Where the document lacks an operation that is named, or OAuth tokens are accepted and the
    /// issuer is not known, so that nothing says where clients get them.
    pub fn describe<'d, 'p>(
        &self,
        document: impl Into<Document<'d>>,
        operations: impl IntoIterator<Item = (Method, &'p str, Policy)>,
    ) -> Result<(), OpenApiError> {
        let Document(document) = document.into();
        let mut problems = OpenApiError::default();
        for (method, path, policy) in operations {
            let operation = Operation::new(&[policy], self.scope_hierarchy());
            if !document.describe(&method, path, &operation) {
                problems.lacks_operation(format!("{method} {path}"));
            }
        }
        self.define_mentions(document, problems)
    }

    /// Defines what the operations refer to, and tells the problems, if there are any.
    fn define_mentions(
        &self,
        document: &mut dyn Write,
        mut problems: OpenApiError,
    ) -> Result<(), OpenApiError> {
        let lines = &mut problems.lines;
        document.simplify(self.scope_hierarchy());
        let mentions = Mentions::of(&document.to_json().unwrap_or_default());
        let issuer = self.verifier().rules.issuers.first().map(String::as_str);
        for scheme in mentions.schemes() {
            match scheme.definition(issuer, mentions.names(scheme)) {
                Some(definition) => {
                    document.define_scheme(scheme.name(), scheme.description(), definition);
                }
                None => lines.push(
                    "CLERK_ISSUER: it is not known, so the document cannot say where clients get \
                     OAuth tokens; set CLERK_PUBLISHABLE_KEY or CLERK_ISSUER"
                        .to_owned(),
                ),
            }
        }
        // The operator's own body is not ours to describe.
        let has_our_body = self.appearance().body.is_none();
        for response in mentions.responses() {
            let (name, json) = (response.name(), response.to_json(has_our_body));
            if let Err(cause) = document.define_response(name.clone(), json) {
                lines.push(format!("{name}: the document does not take it ({cause})"));
            }
        }
        if lines.is_empty() { Ok(()) } else { Err(problems) }
    }
}

impl OpenApiError {
    /// The operations of the document that no row of the table answers, as `GET /notes`: nothing
    /// says whether they are guarded.
    pub fn operations_without_row(&self) -> impl ExactSizeIterator<Item = &str> {
        self.operations_without_row.iter().map(String::as_str)
    }

    /// The rows, of a table or of a list, that the document has no operation for, as `GET /notes`.
    pub fn rows_without_operation(&self) -> impl ExactSizeIterator<Item = &str> {
        self.rows_without_operation.iter().map(String::as_str)
    }

    fn lacks_operation(&mut self, row: String) {
        self.lines.push(format!(
            "{row}: the document has no such operation; add the handler to the document, or \
             correct the method and path"
        ));
        self.rows_without_operation.push(row);
    }

    fn lacks_row(&mut self, operation: String) {
        self.lines.push(format!(
            "{operation}: the table of routes has no such row, so the document cannot say who may \
             call it; add the route to the table, or correct the method and path"
        ));
        self.operations_without_row.push(operation);
    }
}

impl Mentions {
    fn of(document: &Value) -> Self {
        let mut mentions = Self::default();
        for (_, _, operation) in operations(document) {
            let security = operation.get("security").and_then(Value::as_array);
            let schemes = security.into_iter().flatten().flat_map(members);
            mentions.schemes.extend(schemes.map(|(scheme, names)| {
                let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
                (scheme.clone(), names.map(str::to_owned).collect())
            }));
            let responses = operation.get("responses").into_iter().flat_map(members);
            let references = responses.filter_map(|(_, response)| response.get("$ref")?.as_str());
            mentions.responses.extend(references.map(str::to_owned));
        }
        mentions
    }

    fn schemes(&self) -> impl Iterator<Item = Scheme> {
        Scheme::ALL.into_iter().filter(|scheme| {
            let name = scheme.name();
            self.schemes.iter().any(|(mentioned, _)| mentioned == name)
        })
    }

    /// What operations need of this scheme, each name once.
    fn names(&self, scheme: Scheme) -> Vec<&str> {
        let mut names = Vec::new();
        let ours = self.schemes.iter().filter(|(mentioned, _)| mentioned == scheme.name());
        for name in ours.flat_map(|(_, names)| names) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    fn responses(&self) -> Vec<ResponseObject> {
        let mut responses = Vec::new();
        for reference in &self.responses {
            responses.extend(
                response_object_of(reference).filter(|response| !responses.contains(response)),
            );
        }
        responses
    }
}

/// The response of ours that a document refers to. A description replaces those of an earlier one.
fn response_object_of(reference: &str) -> Option<ResponseObject> {
    ResponseObject::named(reference.strip_prefix(RESPONSES)?)
}

/// The operations of a document (OpenAPI 3.2 §4.9), with method and path.
fn operations(document: &Value) -> impl Iterator<Item = (Method, &String, &Value)> {
    const METHODS: [&str; 9] =
        ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
    document.get("paths").into_iter().flat_map(members).flat_map(|(path, item)| {
        let fixed = members(item).filter(|(name, _)| METHODS.contains(&name.as_str()));
        let fixed = fixed.map(|(name, operation)| (name.to_ascii_uppercase(), operation));
        let others = item.get("additionalOperations").into_iter().flat_map(members);
        let all = fixed.chain(others.map(|(name, operation)| (name.clone(), operation)));
        all.filter_map(move |(name, operation)| {
            Some((Method::try_from(name.as_str()).ok()?, path, operation))
        })
    })
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// A wildcard of axum's, `{*path}`, has no other spelling in a document than `{path}`.
fn spellings(path: &str) -> [String; 2] {
    [path.to_owned(), path.replace("{*", "{")]
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Document(..)")
    }
}

impl fmt::Display for OpenApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines.join("\n"))
    }
}

impl std::error::Error for OpenApiError {}
