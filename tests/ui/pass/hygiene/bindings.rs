//! Locals, parameters and patterns with the names that the expansion binds.

use axum::{Router, extract::Path, routing::get};
use clerk_auth::{Clerk, Subject, TokenType, UserId, clerk_auth};

#[clerk_auth]
async fn patterns(Path((guard, _guard)): Path<(String, String)>, subject: Subject) -> String {
    format!("{guard} {_guard} {subject}")
}

#[clerk_auth]
async fn extractor(_guard: axum::http::HeaderMap, user_id: UserId) -> String {
    format!("{} {user_id}", _guard.len())
}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
#[allow(non_snake_case)]
async fn parameters(
    clerk_auth: axum::http::HeaderMap,
    core: axum::http::Method,
    Policy: axum::http::Uri,
    Result: axum::extract::RawQuery,
    Option: axum::http::HeaderMap,
    subject: Subject,
) -> String {
    format!(
        "{} {core} {Policy} {} {} {subject}",
        clerk_auth.len(),
        Result.0.is_some(),
        Option.len()
    )
}

#[clerk_auth(accepts = "any")]
async fn locals(subject: Subject, token_type: TokenType) -> String {
    let clerk_auth = subject.to_string();
    let guard = Some(token_type.as_str());
    let core = guard.map(str::len);
    #[allow(non_snake_case)]
    let Policy = core.unwrap_or_default();
    format!("{clerk_auth} {Policy}")
}

#[clerk_auth]
async fn shadowed(subject: Subject) -> usize_text::Text {
    let subject = subject.to_string();
    usize_text::Text::from(subject.len().to_string())
}

mod usize_text {
    pub type Text = String;
}

/// The names of its own policy type and of the injected values, as a handler.
#[clerk_auth]
async fn guard(subject: Subject) -> String {
    format!("{subject} {}", GuardPolicy::POLICY)
}

#[clerk_auth]
async fn subject(subject: Subject) -> String {
    subject.to_string()
}

fn main() {
    let _: Router<Clerk> = Router::new()
        .route("/1/{a}/{b}", get(patterns))
        .route("/2", get(extractor))
        .route("/3", get(locals))
        .route("/4", get(shadowed))
        .route("/5", get(guard))
        .route("/6", get(subject))
        .route("/7", get(parameters));
}
