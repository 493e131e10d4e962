//! A request in, the response or how the connection failed out.

use std::{
    cell::Cell,
    error::Error,
    io,
    task::{Context, Poll},
};

use reqwest::{ClientBuilder, RequestBuilder, Response, retry};
use tower_layer::Layer;
use tower_service::Service;

use super::CallError;
use crate::error::{UpstreamError, UpstreamErrorKind};

tokio::task_local! {
    /// Whether the request of this task began to open a connection.
    static OPENS_CONNECTION: Cell<bool>;
}

/// Makes a client tell reused connections from new ones, and repeat nothing by itself: each call
/// counts against the rate limit, whatever a client of the application would do.
///
/// HTTP/1.1 also if another crate switches on HTTP/2 in `reqwest`: there, one dead connection without
/// keep-alive pings would hold up all calls, and the pings can be set only with that feature.
pub(crate) fn watched(client: ClientBuilder) -> ClientBuilder {
    client.http1_only().retry(retry::never()).connector_layer(WatchConnects)
}

/// Sends a request, and tells a reused connection that is gone from other failures.
pub(crate) async fn send(request: RequestBuilder) -> Result<Response, CallError> {
    let sent = async {
        let sent = request.send().await;
        (sent, OPENS_CONNECTION.with(Cell::get))
    };
    let (sent, opens_connection) = OPENS_CONNECTION.scope(Cell::new(false), sent).await;
    sent.map_err(|error| {
        let error = of_origin(error);
        if !opens_connection && is_closed(&error) {
            return UpstreamError::caused(UpstreamErrorKind::StaleConnection, error).into();
        }
        lost(error)
    })
}

pub(crate) fn lost(error: reqwest::Error) -> CallError {
    let error = of_origin(error);
    // The error names the address; it holds no header, so no key.
    tracing::warn!(error = &error as &dyn Error, "a request to Clerk failed");
    let reason =
        if error.is_timeout() { UpstreamErrorKind::Timeout } else { UpstreamErrorKind::Connection };
    UpstreamError::caused(reason, error).into()
}

/// The same error, which of the URL names scheme, host and port only: the rest can hold the nonce of
/// a handshake, or the ID of a session.
fn of_origin(mut error: reqwest::Error) -> reqwest::Error {
    if let Some(url) = error.url_mut() {
        url.set_query(None);
        url.set_path("");
    }
    error
}

/// Whether the connection ended before there was a response.
fn is_closed(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            return error.is_incomplete_message() || error.source().is_some_and(is_cut);
        }
        cause = error.source();
    }
    false
}

fn is_cut(error: &(dyn Error + 'static)) -> bool {
    let cut = [
        io::ErrorKind::BrokenPipe,
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::NotConnected,
        io::ErrorKind::UnexpectedEof,
    ];
    error.downcast_ref::<io::Error>().is_some_and(|error| cut.contains(&error.kind()))
}

/// Notes in the request's task that a connection is opened.
#[derive(Clone, Copy)]
struct WatchConnects;

#[derive(Clone)]
struct WatchedConnector<S>(S);

impl<S> Layer<S> for WatchConnects {
    type Service = WatchedConnector<S>;

    fn layer(&self, connector: S) -> Self::Service {
        WatchedConnector(connector)
    }
}

impl<R, S: Service<R>> Service<R> for WatchedConnector<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> S::Future {
        // Outside of a call, there is no task-local value.
        let _ = OPENS_CONNECTION.try_with(|opens| opens.set(true));
        self.0.call(target)
    }
}
