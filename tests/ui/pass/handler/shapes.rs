//! Handlers keep everything that the attribute has no business with.

use std::fmt::Display;

use axum::{
    Json, Router, debug_handler,
    extract::{Path, State},
    response::IntoResponse,
    routing::get,
};
use clerk_auth::{Clerk, Scopes, Subject, TokenType, clerk_auth};

/// A documented handler that is visible in the crate.
#[clerk_auth]
pub(crate) async fn documented() {}

#[clerk_auth(accepts = "api_key")]
#[debug_handler(state = Clerk)]
async fn debugged(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth]
async fn generic<T>(State(value): State<T>, subject: Subject) -> String
where
    T: Display + Clone,
{
    format!("{value} {subject}")
}

#[clerk_auth(accepts = "any")]
async fn patterns(
    Path((subject, id)): Path<(String, u64)>,
    mut token_type: TokenType,
    scopes: Option<Scopes>,
) -> impl IntoResponse {
    if id == 0 {
        token_type = TokenType::ApiKey;
    }
    Json(format!("{subject} {token_type} {}", scopes.is_some()))
}

#[clerk_auth]
async fn conditional(
    #[cfg(any())] token_type: NoSuchType,
    #[cfg(all())] subject: Subject,
) -> String {
    subject.to_string()
}

#[cfg(any())]
#[clerk_auth]
async fn absent(value: NoSuchType) {}

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = ["read:notes"])]
async fn fallible(scopes: Scopes) -> Result<String, &'static str> {
    scopes.iter().next().map(str::to_owned).ok_or("none")
}

macro_rules! handlers {
    ($($name:ident)*) => {
        $(
            #[clerk_auth(accepts = "m2m_token")]
            async fn $name(subject: Subject) -> String {
                subject.to_string()
            }
        )*
    };
}

handlers!(first second);

mod nested {
    #[clerk_auth::clerk_auth]
    pub async fn handler() {}
}

fn main() {
    let _: Router<Clerk> = Router::new()
        .route("/1", get(documented))
        .route("/2", get(debugged))
        .route("/3/{subject}/{id}", get(patterns))
        .route("/4", get(conditional))
        .route("/5", get(fallible))
        .route("/6", get(first).post(second))
        .route("/7", get(nested::handler));
    let _ = generic::<String>;
}
