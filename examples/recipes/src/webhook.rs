//! Clerk's webhooks beside guarded routes. A webhook has a signature instead of a token.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{FromRef, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use clerk_auth::{Clerk, Subject, clerk_auth};
use svix::webhooks::Webhook;

#[derive(Clone, FromRef)]
struct AppState {
    clerk: Clerk,
    webhook: Arc<Webhook>,
}

#[clerk_auth]
async fn account(subject: Subject) -> String {
    subject.to_string()
}

/// The signature covers the bytes of the body, so they are verified before they are decoded.
async fn clerk_event(
    State(webhook): State<Arc<Webhook>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    match webhook.verify(&body, &headers) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

/// `webhook` is made of `CLERK_WEBHOOK_SIGNING_SECRET`: `Webhook::new("whsec_…")`.
pub fn app(clerk: Clerk, webhook: Webhook) -> Router {
    Router::new()
        .route("/account", get(account))
        .route("/webhooks/clerk", post(clerk_event))
        .with_state(AppState { clerk, webhook: Arc::new(webhook) })
}
