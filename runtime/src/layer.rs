//! A service in, the same service behind a policy out: the way of a request for what is mounted
//! instead of written as a handler.

mod expiry;
mod preflight;

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use axum_core::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::Extensions;
use tower_layer::Layer;
use tower_service::Service;

use self::expiry::end_stream;
use crate::{
    clerk::Clerk,
    clock::UnixMillis,
    error::{AuthError, TokenError},
    guard::{Verified, admit, admit_further, expiry::expired, reject},
    identity::VerifiedToken,
    mcp::tool_policies::ToolPolicies,
    policy::Policy,
    response::rejection::Rejection,
    telemetry,
    verify::is_expired,
};

/// Puts a policy in front of a service, a router or a part of one.
///
/// A request that may enter goes on with its verified identity, which [`verified`] reads.
///
/// A CORS preflight goes on without one, because browsers send it without credentials: `OPTIONS`
/// with `Origin` and `Access-Control-Request-Method`. Anyone can send one, so whatever answers
/// `OPTIONS` behind this layer is not guarded: also `any(…)`, a fallback, and a mounted service.
/// If CORS is answered in front of this layer, use
/// [`guard_preflights`](Self::guard_preflights).
///
/// | a preflight | what happens |
/// |---|---|
/// | with `Transfer-Encoding`, `Upgrade`, `HTTP2-Settings`, `Expect`, `Trailer`, `Authorization`, `Cookie`, `X-HTTP-Method-Override`, `X-HTTP-Method`, `X-Method-Override`, `Mcp-Method` or `Mcp-Name`; a `Content-Length` other than one `0`; a `Connection` that names more than `keep-alive` and `close`; or one of these names with `_` for `-` | it is guarded like any other request |
/// | without them | it goes on with an empty body, and without `Content-Length`, `Connection`, `Keep-Alive`, `Proxy-Connection` and `TE` |
///
/// ```
/// use axum::{Router, routing::get};
/// use clerk_auth::{Clerk, ClerkLayer, policy::{Clause, Policy, Requirement}};
///
/// const MACHINES: Policy = Policy::new(&[Clause::M2mToken(Requirement::None)]);
///
/// fn internal(clerk: Clerk) -> Router {
///     Router::new().route("/health", get(|| async { "well" })).layer(ClerkLayer::new(clerk, MACHINES))
/// }
/// ```
///
/// [`verified`]: crate::verified
#[derive(Clone, Debug)]
pub struct ClerkLayer {
    clerk: Clerk,
    policy: Policy,
    passes_preflights: bool,
    tools: Option<&'static ToolPolicies>,
    closes_streams_on_expiry: bool,
}

/// The service that [`ClerkLayer`] makes.
#[derive(Clone, Debug)]
pub struct ClerkService<S> {
    inner: S,
    layer: ClerkLayer,
}

impl ClerkLayer {
    /// A layer that lets in whom `policy` lets in.
    #[must_use]
    pub const fn new(clerk: Clerk, policy: Policy) -> Self {
        Self {
            clerk,
            policy,
            passes_preflights: true,
            tools: None,
            closes_streams_on_expiry: false,
        }
    }

    /// The same layer, which guards CORS preflights like all else. Browsers can then reach what is
    /// behind it from other origins only if something in front of it answers their preflights.
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

    /// The same layer, for an MCP server: who calls a tool must pass the policy of the tool too.
    /// The page [`mcp`](crate::guide::mcp) shows it with a server.
    ///
    /// The caller is verified first. Then the message is read, and a call that lacks a scope is
    /// rejected with 403 before the server sees it, because a tool cannot set the status of the
    /// response that it is a part of. The challenge names the scopes of the tool, and those that
    /// the policy of the layer used. What is not one JSON-RPC message, or not the one that its
    /// `Mcp-Method`, `Mcp-Name` and `MCP-Protocol-Version` name, is answered with 400, what is too
    /// long with 413, what is encoded with 415, and a tool that has no policy as MCP answers for tools that it does not
    /// know. The service gets the message that was read, with its `Content-Length`.
    ///
    /// A message may take 30 seconds to arrive, else it is answered with 408; and where the
    /// token has ended meanwhile, with 401. A request for another protocol is answered with 400:
    /// `CONNECT`, or any `Upgrade` field, also `h2c`. No policy could be asked for what is said on
    /// such a connection.
    #[must_use]
    pub const fn tools(mut self, tools: &'static ToolPolicies) -> Self {
        self.tools = Some(tools);
        self
    }

    /// The same layer, which ends a response that streams when the caller's token ends: an event
    /// stream between two events, anything else by closing the connection. Leave it out where
    /// callers download what takes longer than their tokens live. See
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
            let (request, end) = match layer.admit(request).await {
                Ok(admitted) => admitted,
                Err(refused) => return Ok(refused),
            };
            let clock = &layer.clerk.verifier().clock;
            let ended = layer.closes_streams_on_expiry.then(|| expired(clock.clone(), end));
            let response = ready.call(request).await?.into_response();
            Ok(match ended {
                Some(ended) => end_stream(response, ended),
                None => response,
            })
        })
    }
}

impl ClerkLayer {
    /// The request that may go on, and the moment from which its token is rejected; or the answer
    /// that refuses it.
    async fn admit(&self, request: Request) -> Result<(Request, Option<UnixMillis>), Response> {
        let Self { clerk, policy, .. } = self;
        let (mut parts, body) = request.into_parts();
        let admitted = match admit(clerk.clone(), &mut parts, policy).await {
            Ok(admitted) => admitted,
            Err(refused) => {
                return Err(self.reject(&refused, policy, &parts.extensions).into_response());
            }
        };
        let token_type = admitted.as_ref().map(|admitted| admitted.identity.token_type());
        let end = admitted.and_then(|admitted| admitted.end);
        let Some(tools) = self.tools else {
            telemetry::entered(token_type);
            return Ok((Request::from_parts(parts, body), end));
        };
        // Only now: the message of a request that is rejected is not read.
        let message = tools.read(&mut parts, body).await;
        let message = message.inspect_err(|_| telemetry::entered(token_type))?;
        // The token can expire before the last byte of a slow message.
        if is_expired(end, clerk.verifier().clock.now()) {
            let refused = AuthError::of_known(TokenError::Expired, token_type);
            return Err(self.reject(&refused, policy, &parts.extensions).into_response());
        }
        telemetry::entered(token_type);
        let may = |policy: Policy| {
            admit_further(&mut parts.extensions, &policy, clerk.scope_hierarchy())
                .map_err(|refused| self.reject(&refused, &policy, &parts.extensions))
        };
        match tools.refusal(&parts.headers, &message, may) {
            Some(refused) => Err(refused),
            None => Ok((Request::from_parts(parts, Body::from(message)), end)),
        }
    }

    fn reject(&self, refused: &AuthError, policy: &Policy, request: &Extensions) -> Rejection {
        reject(refused, policy, self.clerk.appearance(), Some(request))
    }
}
