//! A service in, the same service with pages around it out.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::extract::NestedPath;
use axum_core::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode, Uri,
    header::{CACHE_CONTROL, LOCATION},
    request::Parts,
    uri::PathAndQuery,
};
use tower_layer::Layer;
use tower_service::Service;

use super::{PagesLayer, headers};
use crate::{
    renewal::Renewal, request::sensitive::mark_sensitive, response::recovery::Recoverable,
};

/// The service that [`PagesLayer`] makes.
#[derive(Clone)]
pub struct PagesService<S> {
    inner: S,
    layer: PagesLayer,
}

impl<S> Layer<S> for PagesLayer {
    type Service = PagesService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        PagesService { inner, layer: self.clone() }
    }
}

impl<S> Service<Request> for PagesService<S>
where
    S: Service<Request> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The clone may not be ready; the one that is goes with the request.
        let next = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, next);
        let site = Arc::clone(&self.layer.site);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            // A page without a guard is logged too.
            mark_sensitive(&mut parts.headers);
            let renewal = Renewal::new(site, &parts, whole_target(&parts));
            let clean_url = renewal.resolve_handshake(&mut parts.headers).await;
            let mut response = if let Some(clean_url) = clean_url {
                redirect_to(clean_url)
            } else {
                parts.extensions.insert(renewal.clone());
                ready.call(Request::from_parts(parts, body)).await?.into_response()
            };
            renewal.close().await;
            let rejected = response.extensions_mut().remove::<Recoverable>();
            let rejected = rejected.or_else(|| renewal.noted());
            if let Some(location) = rejected.and_then(|rejected| renewal.redirect(&rejected)) {
                response = redirect_to(location);
            }
            headers::complete(&mut response, renewal.additions());
            Ok(response)
        })
    }
}

/// The target of the request, with the prefix that a router took away to nest this one. `None` if the
/// prefix has parameters: their values are gone.
fn whole_target(parts: &Parts) -> Option<Uri> {
    let Some(prefix) = parts.extensions.get::<NestedPath>().map(NestedPath::as_str) else {
        return Some(parts.uri.clone());
    };
    if prefix.contains('{') {
        return None;
    }
    let rest = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let rest = if parts.uri.path() == "/" { rest.trim_start_matches('/') } else { rest };
    format!("{}{rest}", prefix.trim_end_matches('/')).parse().ok()
}

/// 307, as Clerk's SDK answers.
fn redirect_to(location: HeaderValue) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl<S> fmt::Debug for PagesService<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PagesService").finish_non_exhaustive()
    }
}
