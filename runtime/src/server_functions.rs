//! A server function's request in, its guard out: what the attribute writes around the functions of
//! Leptos and Dioxus, which take arguments from the wire where handlers have extractors.
//!
//! The frameworks are named in the macros alone, and the macros are expanded where the application
//! has them.

mod layer;

use std::sync::Arc;

use axum_core::extract::Request;
use http::request::Parts;

pub use self::layer::{ServerFunctionLayer, Stopped};
use crate::{
    clerk::Clerk,
    error::ConfigurationError,
    guard::{FromClaims, Guard, Guarded},
    renewal::Renewal,
    response::rejection::{Rejection, RejectionSettings},
    telemetry,
};

/// The guard of the request that a server function answers, or that a page is rendered for. The
/// `Clerk` is an extension of the request, because the router's state is the framework's.
///
/// # Errors
/// The refusal; 500 where there is no request, or no `Clerk` in it.
pub async fn guard<P: Guarded, C: FromClaims>(
    parts: Option<Parts>,
) -> Result<Guard<P, C>, Rejection> {
    let mut parts = parts.ok_or_else(misconfigured::<P>)?;
    let guard = enter(&mut parts).await?;
    // Not in the layer: one call counts once.
    telemetry::admitted(guard.maybe_token_type());
    Ok(guard)
}

/// The request as it was, with the verified identity in it. Its body stays unread.
///
/// # Errors
/// The refusal; 500 where no `Clerk` is in the request.
pub async fn admit<P: Guarded>(request: Request) -> Result<Request, Rejection> {
    let (mut parts, body) = request.into_parts();
    enter::<P, ()>(&mut parts).await?;
    Ok(Request::from_parts(parts, body))
}

async fn enter<P: Guarded, C: FromClaims>(parts: &mut Parts) -> Result<Guard<P, C>, Rejection> {
    let clerk = parts.extensions.get::<Clerk>().cloned().ok_or_else(misconfigured::<P>)?;
    let guard = Guard::take(clerk, parts).await;
    // The framework makes the response: the pages around it would not find the rejection there.
    guard.inspect_err(|rejection| {
        if let Some(recoverable) = rejection.recoverable() {
            Renewal::note(parts, recoverable);
        }
    })
}

fn misconfigured<P: Guarded>() -> Rejection {
    let fault = ConfigurationError::NoClerk.into();
    Rejection::new(&fault, &P::POLICY, Arc::new(RejectionSettings::default()), None)
}

/// The layer in front of a function of Leptos. What the function sees of the request is what the
/// layer let through. A refusal fails with a text that the client can decode, and its status and
/// fields go through the response context.
#[doc(hidden)]
#[macro_export]
macro_rules! leptos_layer {
    ($policy:ty) => {
        $crate::__private::ServerFunctionLayer::<$policy>::new(
            ::leptos::prelude::provide_context,
            |refusal| {
                use ::leptos_axum::ResponseOptions;
                if let Some(response) = ::leptos::prelude::use_context::<ResponseOptions>() {
                    response.set_status(refusal.status);
                    for (name, value) in &refusal.headers {
                        response.insert_header(name.clone(), value.clone());
                    }
                }
            },
        )
    };
}

/// The guard in the body of a function of Leptos.
#[doc(hidden)]
#[macro_export]
macro_rules! leptos_guard {
    () => {
        match $crate::__private::guard(::leptos::prelude::use_context()).await {
            Ok(guard) => guard,
            Err(refusal) => {
                use ::leptos::prelude::{FromServerFnError, ServerFnErrorErr};
                let refusal = ServerFnErrorErr::MiddlewareError(refusal.to_string());
                return Err(FromServerFnError::from_server_fn_error(refusal));
            }
        }
    };
}

/// The layer in front of a function of Dioxus, which answers a refusal itself.
#[doc(hidden)]
#[macro_export]
macro_rules! dioxus_layer {
    ($policy:ty) => {
        ::dioxus::server::axum::middleware::map_request($crate::__private::admit::<$policy>)
    };
}

/// The guard in the body of a function of Dioxus.
#[doc(hidden)]
#[macro_export]
macro_rules! dioxus_guard {
    () => {{
        use ::dioxus::fullstack::{FullstackContext, ServerFnError};
        let parts = FullstackContext::current().map(|context| context.parts_mut().clone());
        match $crate::__private::guard(parts).await {
            Ok(guard) => guard,
            Err(refusal) => {
                return Err(::core::convert::From::from(ServerFnError::ServerError {
                    message: refusal.to_string(),
                    code: refusal.status().as_u16(),
                    details: None,
                }));
            }
        }
    }};
}
