//! A table of routes and a document in, each operation beside the row that answers it out.

use http::Method;

use super::{Document, OpenApiError, operation::Operation, operations, spellings};
use crate::{
    audit::{Row, Table},
    clerk::Clerk,
    policy::Policy,
};

impl Clerk {
    /// Writes the policies of an app's routes into an OpenAPI document, like
    /// [`describe`](Self::describe), and reports every operation and every row without a partner:
    /// so a guarded operation is never documented as open because it was not named.
    ///
    /// An operation that passes several policies, such as a layer and then a guard, names what all
    /// of them need together. Rows of mounted services answer the operations below their prefix
    /// and need none; rows of metadata need none either.
    ///
    /// # Errors
    /// If an operation has no row, a row has no operation, or as for [`describe`](Self::describe).
    /// The rest is written. A test can compare [`OpenApiError::rows_without_operation`] with the
    /// routes that are left out of the document on purpose.
    pub fn describe_routes<'d>(
        &self,
        document: impl Into<Document<'d>>,
        table: &Table,
    ) -> Result<(), OpenApiError> {
        let Document(document) = document.into();
        let mut problems = OpenApiError::default();
        let mut rows: Vec<(&Row, bool)> =
            table.rows().map(|row| (row, !row.needs_operation())).collect();
        let json = document.to_json().unwrap_or_default();
        for (method, path, _) in operations(&json) {
            let Some(index) = row_of(&rows, &method, path) else {
                problems.lacks_row(format!("{method} {path}"));
                continue;
            };
            let Some((row, is_documented)) = rows.get_mut(index) else { continue };
            // A row of `GET` answers `HEAD` too, and needs an operation of its own.
            *is_documented |= row.method().is_none_or(|known| *known == method);
            let policies: Vec<Policy> = row.policies().collect();
            // Of a public route, nothing is to be said.
            if !policies.is_empty() {
                let operation = Operation::new(&policies, self.scope_hierarchy());
                document.describe(&method, path, &operation);
            }
        }
        for (row, _) in rows.iter().filter(|(_, is_documented)| !is_documented) {
            problems.lacks_operation(format!("{} {}", row.method_name(), row.path()));
        }
        self.define_mentions(document, problems)
    }
}

/// The row that answers, as axum chooses it: by path, then by method; a mounted service has what no
/// other route has.
fn row_of(rows: &[(&Row, bool)], method: &Method, path: &str) -> Option<usize> {
    let find = |fits: &dyn Fn(&Row) -> bool| rows.iter().position(|(row, _)| fits(row));
    let is_of_path = |row: &Row| {
        row.service_prefix().is_none() && spellings(row.path()).iter().any(|known| known == path)
    };
    let of_method =
        |method: Option<&Method>| find(&|row: &Row| is_of_path(row) && row.method() == method);
    let get = || of_method(Some(&Method::GET)).filter(|_| *method == Method::HEAD);
    if find(&is_of_path).is_some() {
        return of_method(Some(method)).or_else(get).or_else(|| of_method(None));
    }
    // It is answered by a route that the document spells otherwise, and not by the service.
    if find(&|row: &Row| row.service_prefix().is_none() && takes(row.path(), path)).is_some() {
        return None;
    }
    let prefix_of = |row: &Row| {
        let prefix = row.service_prefix()?;
        let rest = path.strip_prefix(prefix)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(prefix.len())
    };
    let services = rows.iter().enumerate();
    let services = services.filter_map(|(index, (row, _))| Some((prefix_of(row)?, index)));
    services.max().map(|(_, index)| index)
}

/// Whether axum would send a request for `path` to a route: a capture takes any segment, and a
/// wildcard the rest.
fn takes(route: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    for wanted in route.split('/') {
        match segments.next() {
            Some(rest) if wanted.starts_with("{*") => return !rest.is_empty(),
            Some(segment) if segment == wanted || wanted.contains('{') && !segment.is_empty() => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}
