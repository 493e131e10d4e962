//! A server function in, the same function behind a policy out, where a refusal is an error that the
//! framework encodes for its client.

use std::{
    fmt,
    future::{Future, poll_fn},
    marker::PhantomData,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum_core::{extract::Request, response::IntoResponse};
use http::{header::CONTENT_TYPE, request, response};
use tower_layer::Layer;
use tower_service::Service;

use super::admit;
use crate::{guard::Guarded, response::rejection::Rejection};

/// A layer that lets in whom `P` lets in, and tells a framework what became of the request.
pub struct ServerFunctionLayer<P> {
    outcome: Outcome,
    policy: PhantomData<fn() -> P>,
}

/// Whom to tell.
#[derive(Clone, Copy)]
struct Outcome {
    entered: fn(request::Parts),
    refused: fn(response::Parts),
}

/// The service that [`ServerFunctionLayer`] makes.
pub struct ServerFunctionService<S, P> {
    /// Shared with the future, which calls it after the guard. It is never locked over an await.
    inner: Arc<Mutex<S>>,
    outcome: Outcome,
    policy: PhantomData<fn() -> P>,
}

/// Why the function was not called, or failed. Its text is for the caller.
#[derive(Debug)]
pub enum Stopped<E> {
    /// The guard refused the caller.
    AuthError(Rejection),
    /// The service itself failed.
    Failed(E),
}

impl<P> ServerFunctionLayer<P> {
    /// `entered` gets the request as the guard leaves it, `refused` the status and the fields of the
    /// refusal without those of its body.
    #[must_use]
    pub const fn new(entered: fn(request::Parts), refused: fn(response::Parts)) -> Self {
        Self { outcome: Outcome { entered, refused }, policy: PhantomData }
    }
}

impl<S, P> Layer<S> for ServerFunctionLayer<P> {
    type Service = ServerFunctionService<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        let inner = Arc::new(Mutex::new(inner));
        ServerFunctionService { inner, outcome: self.outcome, policy: PhantomData }
    }
}

impl<S, P> Service<Request> for ServerFunctionService<S, P>
where
    P: Guarded,
    S: Service<Request> + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = Stopped<S::Error>;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Self::Error>> + Send>>;

    /// The inner service is asked once the caller has entered.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let inner = Arc::clone(&self.inner);
        let Outcome { entered, refused } = self.outcome;
        Box::pin(async move {
            let request = match admit::<P>(request).await {
                Ok(request) => request,
                Err(rejection) => {
                    refused(without_body(rejection.clone()));
                    return Err(Stopped::AuthError(rejection));
                }
            };
            let (parts, body) = request.into_parts();
            entered(parts.clone());
            let request = Request::from_parts(parts, body);
            poll_fn(|context| lock(&inner).poll_ready(context)).await.map_err(Stopped::Failed)?;
            let answer = lock(&inner).call(request);
            answer.await.map_err(Stopped::Failed)
        })
    }
}

/// The framework writes a body of its own.
fn without_body(rejection: Rejection) -> response::Parts {
    let (mut parts, _) = rejection.into_response().into_parts();
    parts.headers.remove(CONTENT_TYPE);
    parts
}

/// A service that panicked before is the framework's to judge.
fn lock<S>(inner: &Mutex<S>) -> MutexGuard<'_, S> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<P> fmt::Debug for ServerFunctionLayer<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServerFunctionLayer").finish_non_exhaustive()
    }
}

impl<S, P> fmt::Debug for ServerFunctionService<S, P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServerFunctionService").finish_non_exhaustive()
    }
}

impl<E: fmt::Display> fmt::Display for Stopped<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AuthError(rejection) => rejection.fmt(formatter),
            Self::Failed(error) => error.fmt(formatter),
        }
    }
}
