//! Guards services and routers with a policy, for services that are mounted instead of written as
//! handlers.

mod admission;
mod expiry;
mod outgoing;
mod preflight;

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::Bytes;
use axum_core::{
    BoxError,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use tower_layer::Layer;
use tower_service::Service;

use self::expiry::end_stream;
use crate::{
    clerk::Clerk,
    grpc::{method_policies::MethodPolicies, status, stream},
    guard::{Verified, expiry::expired},
    mcp::{policies::Policies, session::SessionKey},
    policy::Policy,
    response::kind::RejectionKind,
};

/// Puts a policy in front of a service, a router or a part of one.
///
/// An admitted request carries its verified identity, which [`verified`] reads.
///
/// A CORS preflight is passed on without an identity, because browsers send it without credentials:
/// `OPTIONS` with `Origin` and `Access-Control-Request-Method`. Anyone can send one, so a handler
/// of `OPTIONS` behind this layer is not guarded. This includes `any(…)`, a fallback, and a mounted
/// service. A server that ignores the method treats a preflight as a call: for tonic, use
/// [`grpc`](Self::grpc). If CORS is answered in front of this layer, use
/// [`guard_preflights`](Self::guard_preflights).
///
/// | a preflight | result |
/// |---|---|
/// | with `Transfer-Encoding`, `Upgrade`, `HTTP2-Settings`, `Expect`, `Trailer`, `Authorization`, `Cookie`, `X-HTTP-Method-Override`, `X-HTTP-Method`, `X-Method-Override`, `Mcp-Method`, `Mcp-Name` or `Mcp-Session-Id`; a `Content-Length` other than one `0`; a `Connection` that names more than `keep-alive` and `close`; or one of these names with `_` for `-` | is guarded like any other request |
/// | without them | is passed on with an empty body, and without `Content-Length`, `Connection`, `Keep-Alive`, `Proxy-Connection` and `TE` |
///
/// ```
/// use axum::{Router, routing::get};
/// use clerk_auth::{Clerk, ClerkLayer, clerk_auth};
///
/// #[clerk_auth(accepts = "m2m_token")]
/// struct Machines;
///
/// fn internal(clerk: Clerk) -> Router {
///     Router::new()
///         .route("/health", get(|| async { "well" }))
///         .layer(ClerkLayer::new(clerk, Machines::POLICY))
/// }
/// ```
///
/// [`verified`]: crate::verified
#[derive(Clone, Debug)]
pub struct ClerkLayer {
    clerk: Clerk,
    policy: Policy,
    passes_preflights: bool,
    mcp: Option<&'static Policies>,
    sessions: Option<Arc<SessionKey>>,
    answers_grpc: bool,
    methods: Option<&'static MethodPolicies>,
    closes_streams_on_expiry: bool,
}

/// The service that [`ClerkLayer`] creates.
#[derive(Clone, Debug)]
pub struct ClerkService<S> {
    inner: S,
    layer: ClerkLayer,
}

impl ClerkLayer {
    /// Creates a layer that rejects requests which `policy` does not accept.
    #[must_use]
    pub const fn new(clerk: Clerk, policy: Policy) -> Self {
        Self {
            clerk,
            policy,
            passes_preflights: true,
            mcp: None,
            sessions: None,
            answers_grpc: false,
            methods: None,
            closes_streams_on_expiry: false,
        }
    }

    /// Guards CORS preflights like any other request. Browsers of other origins can then use the
    /// service only if a layer in front of this one answers their preflights.
    #[must_use]
    pub const fn guard_preflights(mut self) -> Self {
        self.passes_preflights = false;
        self
    }

    pub(crate) const fn policy(&self) -> Policy {
        self.policy
    }

    pub(crate) const fn passes_preflights(&self) -> bool {
        self.passes_preflights
    }

    /// Requires the policies of an MCP server, beside that of the layer. See
    /// [`mcp`](crate::guide::mcp) for a server, and [`mcp_policies`](crate::guide::mcp_policies) for
    /// how a message is decided.
    ///
    /// The caller is verified first. Then the message is read, and a call that lacks a scope is
    /// rejected with 403 before the server sees it, because a tool cannot set the status of the
    /// response that it is a part of. The challenge names the scopes of the tool, prompt, resource
    /// or method, and those that the policy of the layer used. The service gets the message that was
    /// read, with its `Content-Length`.
    ///
    /// | message | rejection |
    /// |---|---|
    /// | names a tool, prompt or resource without an entry, or a malformed URI | 200, JSON-RPC error −32602; 400 for a notification |
    /// | has a method without an entry that MCP does not define, or that names a task | −32601 with 404; with 200 before MCP 2026-07-28; 400 for a notification |
    /// | is not one JSON-RPC message, or not the one that its `Mcp-Method`, `Mcp-Name` and `MCP-Protocol-Version` name | 400 |
    /// | takes more than 30 seconds to arrive | 408 |
    /// | is too long | 413 |
    /// | is encoded | 415 |
    /// | has a token that expired meanwhile | 401 |
    ///
    /// A request for another protocol is rejected with 400: `CONNECT`, or any `Upgrade` field, also
    /// `h2c`. No policy could be required of what is said on such a connection.
    #[must_use]
    pub const fn mcp(mut self, policies: &'static Policies) -> Self {
        self.mcp = Some(policies);
        self
    }

    /// Binds each session of an MCP server to the caller who opened it, for servers with the sessions
    /// of MCP 2025-11-25 and before.
    ///
    /// An `Mcp-Session-Id` in a response gets a keyed hash of the token type, the subject, the OAuth
    /// client and the organization. A request with an ID of another caller, or in another form, is
    /// rejected with 404, whatever its method. The service behind sees its own ID. A fresh token of
    /// the same caller resumes the session. Sessions of anonymous callers are bound to no one of
    /// them.
    ///
    /// The key is derived from the secret key of the [`Clerk`], so replicas share it. Without a
    /// secret key it is random, and a session is known to this layer and its clones.
    #[must_use]
    pub fn bind_mcp_sessions(mut self) -> Self {
        self.sessions = Some(Arc::new(SessionKey::new(self.clerk.sessions().secret())));
        self
    }

    /// Rejects gRPC requests with a gRPC status, for a service of tonic. Other requests are rejected
    /// as without it.
    ///
    /// | rejection | `grpc-status` |
    /// |---|---|
    /// | 400 | 3 `INVALID_ARGUMENT` |
    /// | 401 | 16 `UNAUTHENTICATED` |
    /// | 403 | 7 `PERMISSION_DENIED` |
    /// | 500 | 13 `INTERNAL` |
    /// | 503 | 14 `UNAVAILABLE` |
    ///
    /// `grpc-message` is the title that every caller may know. The details hold a
    /// `google.rpc.ErrorInfo` with the kind, such as `INSUFFICIENT_SCOPE`, and the missing scopes.
    /// The challenge and `Retry-After` are metadata. Without this option, the rejection of a gRPC
    /// request is an HTTP status without a body, which clients map.
    ///
    /// With [`close_streams_on_expiry`](Self::close_streams_on_expiry), a call that still runs when
    /// the token expires ends with `UNAUTHENTICATED`, between two messages. A request message that
    /// has not arrived by then is rejected. Put the layer behind tonic's gRPC-Web layer: the
    /// messages of gRPC-Web are not cut.
    ///
    /// Also [guards CORS preflights](Self::guard_preflights): tonic ignores the method of a
    /// request, so a preflight would call a method without a token.
    ///
    /// See [`grpc`](crate::guide::grpc) for a server.
    #[must_use]
    pub const fn grpc(mut self) -> Self {
        self.answers_grpc = true;
        self.guard_preflights()
    }

    /// Requires the policy of each gRPC method, beside that of the layer. Implies
    /// [`grpc`](Self::grpc).
    ///
    /// The caller is verified first. A method that is not listed is then denied with
    /// `PERMISSION_DENIED`, and the log names it. A method that is
    /// [public](MethodPolicies::public) needs no token.
    #[must_use]
    pub const fn methods(mut self, methods: &'static MethodPolicies) -> Self {
        self.methods = Some(methods);
        self.grpc()
    }

    /// Ends a streaming response when the caller's token expires: an event stream between two
    /// events, any other response by closing the connection. Do not use it if downloads take longer
    /// than the lifetime of a token. See
    /// [`long_lived_connections`](crate::guide::long_lived_connections).
    #[must_use]
    pub const fn close_streams_on_expiry(mut self) -> Self {
        self.closes_streams_on_expiry = true;
        self
    }
}

thread_local! {
    /// The layers that were put around a service since [`applied`] began.
    static APPLIED: RefCell<Option<Vec<ClerkLayer>>> = const { RefCell::new(None) };
}

/// Returns the `ClerkLayer`s that `apply` puts around a service, the innermost first: also those
/// inside another layer, whose type does not tell.
pub(crate) fn applied(apply: impl FnOnce()) -> Vec<ClerkLayer> {
    APPLIED.set(Some(Vec::new()));
    apply();
    APPLIED.take().unwrap_or_default()
}

impl<S> Layer<S> for ClerkLayer {
    type Service = ClerkService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        APPLIED.with_borrow_mut(|applied| applied.iter_mut().for_each(|it| it.push(self.clone())));
        ClerkService { inner, layer: self.clone() }
    }
}

/// Takes requests of every body, so that servers without axum can use it. The service inside gets
/// them with the body of axum.
impl<S, B> Service<http::Request<B>> for ClerkService<S>
where
    S: Service<Request> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let request = request.map(Body::new);
        // The clone may not be ready; the one that is goes with the request.
        let next = self.inner.clone();
        let mut ready = std::mem::replace(&mut self.inner, next);
        if self.layer.passes_preflights && preflight::is_preflight(&request) {
            let mut preflight = preflight::bare(request);
            // An identity that a guard in front of this layer stored is not this request's.
            let (clerk, policy) = (self.layer.clerk.clone(), self.layer.policy);
            Verified::store_anonymous(clerk, policy, preflight.extensions_mut());
            let answer = ready.call(preflight);
            return Box::pin(async move { Ok(answer.await?.into_response()) });
        }
        let layer = self.layer.clone();
        Box::pin(async move {
            let grpc = status::content_type(request.headers());
            let (request, end, outgoing) = match layer.admit(request, grpc.as_ref()).await {
                Ok(admitted) => admitted,
                Err(rejected) => return Ok(rejected),
            };
            if !layer.closes_streams_on_expiry {
                let response = ready.call(request).await?.into_response();
                return Ok(outgoing.apply(response).await);
            }
            let clock = &layer.clerk.verifier().clock;
            let ended = || expired(clock.clone(), end);
            if !layer.answers_grpc {
                let response = ready.call(request).await?.into_response();
                return Ok(end_stream(outgoing.apply(response).await, ended()));
            }
            let was_cut = Arc::new(AtomicBool::new(false));
            let request =
                request.map(|body| stream::end_requests(body, ended(), Arc::clone(&was_cut)));
            let response = ready.call(request).await?.into_response();
            let response = outgoing.apply(response).await;
            // tonic serves a request of any content type.
            let Some(content_type) = grpc else { return Ok(end_stream(response, ended())) };
            let trailers = status::trailers(RejectionKind::InvalidToken, &[]);
            Ok(if was_cut.load(Ordering::Acquire) {
                status::response(content_type, trailers)
            } else {
                response.map(|body| stream::end_responses(body, ended(), trailers, was_cut))
            })
        })
    }
}
