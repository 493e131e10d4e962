//! A request of a layer in, the request that may go on out.

use std::sync::Arc;

use axum_core::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{Extensions, HeaderValue};

use super::{ClerkLayer, outgoing::Outgoing};
use crate::{
    clock::UnixMillis,
    error::{AuthError, ErrorKind, TokenError, UnlistedMethod},
    grpc::{method_policies::Method, status},
    guard::{Verified, admit, admit_further, reject, verified},
    identity::VerifiedToken,
    mcp::{decision::Decision, lists::ListFilter},
    policy::Policy,
    request::sensitive::mark_sensitive,
    response::rejection::Rejection,
    telemetry,
    verify::is_expired,
};

impl ClerkLayer {
    /// The request that may go on, the moment from which its token is rejected, and what is done to
    /// its response; or the answer that rejects it.
    pub(super) async fn admit(
        &self,
        request: Request,
        grpc: Option<&HeaderValue>,
    ) -> Result<(Request, Option<UnixMillis>, Outgoing), Response> {
        let Self { clerk, policy, .. } = self;
        let method = self.methods.map(|methods| methods.of(request.uri().path()));
        let (mut parts, body) = request.into_parts();
        if method == Some(Method::Public) {
            mark_sensitive(&mut parts.headers);
            Verified::store_anonymous(clerk.clone(), *policy, &mut parts.extensions);
            return Ok((Request::from_parts(parts, body), None, Outgoing::default()));
        }
        let admitted = match admit(clerk.clone(), &mut parts, policy).await {
            Ok(admitted) => admitted,
            Err(rejected) => {
                return Err(self.render(self.reject(&rejected, policy, &parts.extensions), grpc));
            }
        };
        let token_type = admitted.as_ref().map(|admitted| admitted.identity.token_type());
        let end = admitted.and_then(|admitted| admitted.end);
        let decided = match method {
            Some(Method::Guarded(policy)) => self.admit_further(policy, &mut parts.extensions),
            Some(Method::Unlisted) => {
                let unlisted = ErrorKind::UnlistedMethod(UnlistedMethod::new(parts.uri.path()));
                let rejected = AuthError::of_known(unlisted, token_type);
                Err(self.reject(&rejected, policy, &parts.extensions))
            }
            Some(Method::Public) | None => Ok(()),
        };
        decided.map_err(|rejection| self.render(rejection, grpc))?;
        let caller = || verified(&parts.extensions).map(|caller| caller.identity().clone());
        let session = self.sessions.as_ref().map(|key| (Arc::clone(key), caller()));
        if let Some((key, caller)) = &session
            && let Err(unknown) = key.unbind(caller.as_ref(), &mut parts.headers)
        {
            telemetry::admitted(token_type);
            return Err(unknown.reject());
        }
        let Some(policies) = self.mcp else {
            telemetry::admitted(token_type);
            let outgoing = Outgoing { lists: None, session };
            return Ok((Request::from_parts(parts, body), end, outgoing));
        };
        // Only now: the message of a request that is rejected is not read.
        let message = policies.read(&mut parts, body).await;
        let message = message.inspect_err(|_| telemetry::admitted(token_type))?;
        // The token can expire before the last byte of a slow message.
        if is_expired(end, clerk.verifier().clock.now()) {
            let rejected = AuthError::of_known(TokenError::Expired, token_type);
            return Err(self.render(self.reject(&rejected, policy, &parts.extensions), grpc));
        }
        telemetry::admitted(token_type);
        let require = |policy| self.admit_further(policy, &mut parts.extensions);
        let list = match policies.decide(&parts.headers, &message, require) {
            Decision::Admitted(list) => list,
            Decision::Rejected(rejected) => return Err(rejected),
        };
        let lists = list.map(|list| {
            let caller = verified(&parts.extensions).map(|caller| caller.identity().clone());
            let hierarchy = clerk.scope_hierarchy();
            ListFilter::new(policies, list, caller, hierarchy, &mut parts.headers)
        });
        let outgoing = Outgoing { lists, session };
        Ok((Request::from_parts(parts, Body::from(message)), end, outgoing))
    }

    fn admit_further(&self, policy: Policy, request: &mut Extensions) -> Result<(), Rejection> {
        admit_further(request, &policy, self.clerk.scope_hierarchy())
            .map_err(|rejected| self.reject(&rejected, &policy, request))
    }

    fn reject(&self, error: &AuthError, policy: &Policy, request: &Extensions) -> Rejection {
        reject(error, policy, self.clerk.appearance(), Some(request))
    }

    /// The response to a request, which is a gRPC request if `grpc` is the content type to answer
    /// with.
    fn render(&self, rejection: Rejection, grpc: Option<&HeaderValue>) -> Response {
        match grpc {
            None => rejection.into_response(),
            Some(content_type) if self.answers_grpc => {
                status::trailers_only(rejection, content_type.clone())
            }
            Some(_) => status::empty(rejection),
        }
    }
}
