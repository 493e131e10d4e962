//! A guarded app on AWS Lambda.

use axum::{Router, routing::get};
use clerk_auth::{Clerk, Subject, clerk_auth};

#[clerk_auth]
async fn profile(subject: Subject) -> String {
    subject.to_string()
}

/// Makes the app. An `axum::Router` is a service of Lambda's requests.
pub fn app(clerk: Clerk) -> Router {
    Router::new().route("/profile", get(profile)).with_state(clerk)
}

/// Runs it. The `Clerk` is made once for each instance of the function, so that the key set is
/// fetched at its start and not for each request.
pub async fn run() -> Result<(), lambda_http::Error> {
    let clerk = Clerk::from_env()?;
    clerk.warm_up().await?;
    lambda_http::run(app(clerk)).await
}
