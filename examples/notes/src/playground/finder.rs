//! Finds the route that a request reaches.

use axum::{
    Extension, Router,
    body::Body,
    http::{Method, Request},
    routing::{MethodFilter, any, on},
};
use clerk_auth::audit::Table;
use tower::ServiceExt;

/// A router of the same paths, so that axum decides as it does for the API. Each of its routes
/// answers with the number of its row.
pub(super) struct Finder(Router);

#[derive(Clone, Copy)]
struct RowNumber(usize);

impl Finder {
    pub(super) fn new(table: &Table) -> Self {
        let mut router = Router::new();
        for (number, row) in table.rows().enumerate() {
            let answer = async move || Extension(RowNumber(number));
            let filter = row.method().map(|method| MethodFilter::try_from(method.clone()));
            router = match filter {
                None => router.route(row.path(), any(answer)),
                Some(Ok(filter)) => router.route(row.path(), on(filter, answer)),
                Some(Err(_)) => router,
            };
        }
        Self(router)
    }

    /// Returns the number of the row, or `None` if no route answers this method and path.
    pub(super) async fn find(&self, method: &str, path: &str) -> Option<usize> {
        let method = Method::try_from(method).ok()?;
        let request = Request::builder().method(method).uri(path).body(Body::empty()).ok()?;
        let answer = self.0.clone().oneshot(request).await.ok()?;
        answer.extensions().get().map(|RowNumber(number)| *number)
    }
}
