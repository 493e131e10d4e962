//! A service in, the same service with pages around it out.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::extract::OriginalUri;
use axum_core::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, LOCATION},
};
use tower_layer::Layer;
use tower_service::Service;

use super::{PagesLayer, headers};
use crate::{
    renewal::{Redirect, Renewal},
    response::recovery::Recoverable,
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
            // A router that is nested took its prefix away.
            let target = parts.extensions.get::<OriginalUri>();
            let target = target.map_or(&parts.uri, |OriginalUri(target)| target).clone();
            let renewal = Renewal::new(site, &parts, &target);
            let redirect = renewal.resolve_handshake(&mut parts.headers).await;
            let mut response = if let Some(redirect) = redirect {
                to_response(redirect)
            } else {
                parts.extensions.insert(renewal.clone());
                ready.call(Request::from_parts(parts, body)).await?.into_response()
            };
            let rejected = response.extensions_mut().remove::<Recoverable>();
            if let Some(redirect) = rejected.and_then(|rejected| renewal.redirect(&rejected)) {
                response = to_response(redirect);
            }
            headers::complete(&mut response, renewal.additions());
            Ok(response)
        })
    }
}

/// 307, as Clerk's SDK answers.
fn to_response(redirect: Redirect) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(LOCATION, redirect.location);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl<S> fmt::Debug for PagesService<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PagesService").finish_non_exhaustive()
    }
}
