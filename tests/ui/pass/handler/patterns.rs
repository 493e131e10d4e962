//! A pattern is an ordinary extractor, whatever names it binds; `mut` and `_` are the user's.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::HeaderMap,
    routing::post,
};
use clerk_auth::{Clerk, Guard, Scopes, Subject, clerk_auth};
use serde::Deserialize;

#[derive(Deserialize)]
struct Page {
    scopes: u32,
    claims: u32,
}

#[clerk_auth(accepts = "api_key")]
async fn bind(
    Path((mut user_id, _)): Path<(String, String)>,
    _: HeaderMap,
    State(guard @ Clerk { .. }): State<Clerk>,
    Json((Page { scopes, claims: token_type }, [identity, ..])): Json<(Page, [u8; 3])>,
) -> String {
    drop(guard);
    user_id.push('/');
    format!("{user_id} {scopes} {token_type} {identity}")
}

#[clerk_auth(accepts = "api_key")]
async fn mutable(
    mut subject: Subject,
    mut scopes: Scopes,
    mut guard: Guard,
    mut body: String,
) -> String {
    subject = subject.clone();
    scopes = scopes.clone();
    guard = guard.clone();
    body.push_str(guard.subject().as_str());
    format!("{body} {subject} {scopes}")
}

#[clerk_auth(accepts = "any")]
async fn trailing_commas(subject: Subject, headers: HeaderMap) -> String {
    format!("{subject} {}", headers.len())
}

fn main() {
    let _: Router<Clerk> = Router::new()
        .route("/{user_id}/{note}", post(bind))
        .route("/mutable", post(mutable))
        .route("/trailing", post(trailing_commas));
}
