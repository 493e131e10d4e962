//! The layer that reads a token from the subprotocols of a WebSocket.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use axum_core::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header::SEC_WEBSOCKET_PROTOCOL};
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    clerk::Clerk,
    error::AuthError,
    guard::reject,
    policy::Policy,
    request::{
        authorization::HeaderError, cookie::CrossSite, sensitive::mark_sensitive,
        subprotocol::take_token,
    },
    response::rejection::Rejection,
};

/// Reads the token of a WebSocket handshake from its subprotocols, for the guards inside.
///
/// A page opens the socket by `new WebSocket(url, ["bearer", token])`. The layer moves the token to
/// the `Authorization` field, so that a guard or a [`ClerkLayer`](crate::ClerkLayer) inside reads
/// it like any other. It authenticates nothing itself: without a guard inside, the socket is open
/// to everyone.
///
/// ```
/// use axum::{Router, routing::any};
/// use clerk_auth::{Clerk, Subject, clerk_auth, sockets::BearerProtocolLayer};
///
/// #[clerk_auth(accepts = "session_token")]
/// async fn chat(subject: Subject) {
///     // `WebSocketUpgrade` of axum, as without this layer.
/// }
///
/// fn app(clerk: Clerk) -> Router {
///     let sockets = Router::new().route("/chat", any(chat));
///     sockets.layer(BearerProtocolLayer::new(clerk.clone())).with_state(clerk)
/// }
/// ```
///
/// | the request | what happens |
/// |---|---|
/// | is not a WebSocket handshake, or does not offer `bearer` | passes unchanged |
/// | offers `bearer` and a token | the token becomes the `Authorization` field. The service inside sees the other subprotocols only, and no guard reads the cookies |
/// | has an `Authorization` field too, or a second token, or none after `bearer` | 400 |
/// | has a token that is not a token of RFC 9110 §5.6.2: it has `/` or `=` | 400 |
/// | comes from a page whose origin is neither an authorized party nor this host | 403 |
///
/// If the service inside accepts the handshake and selects no subprotocol, the response selects
/// `bearer`: browsers close the socket otherwise. Handshakes are those of HTTP/1.1 (RFC 6455) and of
/// HTTP/2 (RFC 8441).
#[derive(Clone, Debug)]
pub struct BearerProtocolLayer {
    clerk: Clerk,
}

/// The service that [`BearerProtocolLayer`] makes.
#[derive(Clone, Debug)]
pub struct BearerProtocol<S> {
    inner: S,
    clerk: Clerk,
}

impl BearerProtocolLayer {
    /// Returns a layer that compares `Origin` with the
    /// [authorized parties](crate::ClerkBuilder::authorized_parties) of `clerk`.
    #[must_use]
    pub const fn new(clerk: Clerk) -> Self {
        Self { clerk }
    }
}

impl<S> Layer<S> for BearerProtocolLayer {
    type Service = BearerProtocol<S>;

    fn layer(&self, inner: S) -> Self::Service {
        BearerProtocol { inner, clerk: self.clerk.clone() }
    }
}

impl<S> Service<Request> for BearerProtocol<S>
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
        let taken = take(&self.clerk, request);
        Box::pin(async move {
            let (request, selected) = match taken {
                Ok(taken) => taken,
                Err(rejected) => return Ok(rejected.into_response()),
            };
            let mut response = ready.call(request).await?.into_response();
            if let Some(selected) = selected
                && is_open(response.status())
            {
                response.headers_mut().entry(SEC_WEBSOCKET_PROTOCOL).or_insert(selected);
            }
            Ok(response)
        })
    }
}

/// The request for the service inside, and the subprotocol to select.
fn take(clerk: &Clerk, request: Request) -> Result<(Request, Option<HeaderValue>), Rejection> {
    let (mut parts, body) = request.into_parts();
    let taken = take_token(&mut parts).map_err(|error| AuthError::from(HeaderError::from(error)));
    mark_sensitive(&mut parts.headers);
    let checked = taken.and_then(|selected| match &selected {
        // Before the token is verified: a foreign page must not learn whether it is good.
        Some(_) if clerk.cookies().check_site(&parts).is_err() => {
            Err(CrossSite::Subprotocol.into())
        }
        _ => Ok(selected),
    });
    match checked {
        Ok(selected) => Ok((Request::from_parts(parts, body), selected)),
        Err(error) => {
            let extensions = Some(&parts.extensions);
            Err(reject(&error, &Policy::DENY_ALL, clerk.appearance(), extensions))
        }
    }
}

/// Whether the handshake succeeded: 101, or any 2xx of an extended `CONNECT` (RFC 8441 §5).
fn is_open(status: StatusCode) -> bool {
    status == StatusCode::SWITCHING_PROTOCOLS || status.is_success()
}
