//! Names of the user never meet names of the attribute.

#![allow(dead_code, non_snake_case)]

use ::clerk_auth::clerk_auth;

mod core {}
mod std {}
struct Policy;
struct Guard;
struct Option;
struct Result;

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn handler(
    ::axum::extract::Path(guard): ::axum::extract::Path<String>,
    subject: ::clerk_auth::Subject,
) -> String {
    let Policy = Policy;
    let clerk_auth = guard.len();
    format!("{subject} {clerk_auth}")
}

#[clerk_auth]
async fn r#in(headers: ::axum::http::HeaderMap) -> String {
    let guard = headers.len();
    format!("{guard}")
}

fn main() {}
