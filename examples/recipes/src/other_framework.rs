//! A guard for a framework without axum: poem. The same works wherever the parts of an `http::Request` can be had.

use clerk_auth::{Clerk, Policy, Verified, policy};
use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Result, Route, get, handler,
    http::{Request as HttpRequest, StatusCode, header::WWW_AUTHENTICATE},
    web::Data,
};

const READ: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");

#[handler]
fn list_notes(Data(caller): Data<&Verified>) -> String {
    caller.subject().to_string()
}

async fn guard<E: Endpoint>(next: E, mut request: Request, clerk: Clerk) -> Result<Response> {
    let (mut parts, ()) = HttpRequest::new(()).into_parts();
    parts.method = request.method().clone();
    parts.uri = request.uri().clone();
    parts.headers = request.headers().clone();
    match clerk.authenticate(&mut parts, READ).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller.ok_or(StatusCode::UNAUTHORIZED)?);
            Ok(next.call(request).await?.into_response())
        }
        Err(rejection) => {
            let mut response = rejection.status().into_response();
            if let Some(challenge) = rejection.challenge() {
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            Ok(response)
        }
    }
}

/// Makes the app.
pub fn app(clerk: Clerk) -> impl Endpoint {
    let guarded = get(list_notes).around(move |next, request| guard(next, request, clerk.clone()));
    Route::new().at("/notes", guarded)
}
