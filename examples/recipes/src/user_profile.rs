//! The profile of the caller, from the Backend API by `clerk-rs`. A token holds only the user's ID.

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, State},
    http::StatusCode,
    routing::get,
};
use clerk_auth::{Clerk, UserId, clerk_auth};
use clerk_rs::apis::{configuration::Configuration, users_api::get_user};

#[derive(Clone, FromRef)]
struct AppState {
    clerk: Clerk,
    backend: Arc<Configuration>,
}

#[clerk_auth]
async fn name(
    State(backend): State<Arc<Configuration>>,
    user_id: UserId,
) -> Result<String, StatusCode> {
    let user = get_user(&backend, user_id.as_str()).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(user.first_name.unwrap_or_default())
}

/// `backend` is made of the secret key: `Configuration::new("sk_…")`.
pub fn app(clerk: Clerk, backend: Configuration) -> Router {
    let state = AppState { clerk, backend: Arc::new(backend) };
    Router::new().route("/name", get(name)).with_state(state)
}
