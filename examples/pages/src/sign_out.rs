//! Signs out: ends the session at Clerk, and deletes its cookies here.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use clerk_auth::{SessionId, clerk_auth};

use crate::views;

/// Clerk's Backend API, as far as a sign-out needs it.
#[derive(Clone)]
pub struct BackendApi {
    /// Such as `https://api.clerk.com`.
    pub url: String,
    /// The secret key of the instance.
    pub secret_key: String,
    /// The client of the calls.
    pub client: reqwest::Client,
}

impl BackendApi {
    async fn end(&self, session: &SessionId) -> Result<(), reqwest::Error> {
        let url = format!("{}/v1/sessions/{session}/revoke", self.url);
        let call = self.client.post(url).bearer_auth(&self.secret_key);
        call.send().await?.error_for_status().map(drop)
    }
}

/// The guard has rejected a form of another site, and refreshed an expired session.
#[clerk_auth(optional)]
pub(crate) async fn sign_out(
    State(api): State<BackendApi>,
    session_id: Option<SessionId>,
    headers: HeaderMap,
) -> Response {
    if let Some(session) = session_id {
        // A session that goes on must not look as if it were over.
        if api.end(&session).await.is_err() {
            return views::problem(StatusCode::SERVICE_UNAVAILABLE).into_response();
        }
    }
    let deleted = session_cookies(&headers)
        .map(|name| (header::SET_COOKIE, format!("{name}=; Path=/; Max-Age=0")));
    (AppendHeaders(deleted.collect::<Vec<_>>()), Redirect::to("/")).into_response()
}

/// The names of the request's session cookies, with and without the suffix of the instance.
fn session_cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let fields = headers.get_all(header::COOKIE).iter().filter_map(|field| field.to_str().ok());
    let names = fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.split('=').next());
    names.map(str::trim).filter(|name| {
        ["__session", "__client_uat", "__refresh"].iter().any(|ours| name.starts_with(ours))
    })
}
