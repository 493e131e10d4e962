//! A service in, the same service behind a policy out: the way of a request for what is mounted
//! instead of written as a handler.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use axum_core::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{
    Method,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
};
use tower_layer::Layer;
use tower_service::Service;

use crate::{config::Clerk, guard::admit, policy::Policy, rejection::Rejection};

/// Puts a policy in front of a service, a router or a part of one.
///
/// A request that may enter goes on with its verified identity, which [`verified`] reads.
///
/// A CORS preflight goes on without one, because browsers send it without credentials: `OPTIONS`
/// with `Origin` and `Access-Control-Request-Method`. So a handler for `OPTIONS` behind this layer
/// is not guarded; let it answer preflights and nothing else.
///
/// ```
/// use axum::{Router, routing::get};
/// use clerk_auth::{Clerk, ClerkLayer, policy::{Clause, Policy, Requirement}};
///
/// const MACHINES: Policy = Policy::new(&[Clause::M2mToken(Requirement::None)]);
///
/// fn internal(clerk: Clerk) -> Router {
///     Router::new().route("/health", get(|| async { "well" })).layer(ClerkLayer::new(clerk, &MACHINES))
/// }
/// ```
///
/// [`verified`]: crate::verified
#[derive(Clone, Debug)]
pub struct ClerkLayer {
    clerk: Clerk,
    policy: &'static Policy,
}

/// The service that [`ClerkLayer`] makes.
#[derive(Clone, Debug)]
pub struct ClerkService<S> {
    inner: S,
    clerk: Clerk,
    policy: &'static Policy,
}

impl ClerkLayer {
    /// A layer that lets in whom `policy` lets in.
    #[must_use]
    pub const fn new(clerk: Clerk, policy: &'static Policy) -> Self {
        Self { clerk, policy }
    }
}

impl<S> Layer<S> for ClerkLayer {
    type Service = ClerkService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ClerkService { inner, clerk: self.clerk.clone(), policy: self.policy }
    }
}

impl<S> Service<Request> for ClerkService<S>
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
        if is_preflight(&request) {
            let answer = ready.call(request);
            return Box::pin(async move { Ok(answer.await?.into_response()) });
        }
        let clerk = self.clerk.clone();
        let policy = self.policy;
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match admit(&clerk, &mut parts, policy).await {
                Ok(_) => Ok(ready.call(Request::from_parts(parts, body)).await?.into_response()),
                Err(refused) => {
                    Ok(Rejection::new(&refused, policy, clerk.appearance()).into_response())
                }
            }
        })
    }
}

/// The Fetch standard, «CORS-preflight request»: `OPTIONS` with both of these fields.
fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}
