//! `#[debug_handler]` below the attribute, for each kind of state.

use std::sync::Arc;

use axum::{
    Json, Router, debug_handler,
    extract::{FromRef, State},
    routing::{get, post},
};
use clerk_auth::{ApiKey, Clerk, Scopes, Subject, clerk_auth};

#[derive(Clone, FromRef)]
struct AppState {
    clerk: Clerk,
    name: String,
}

#[clerk_auth]
#[debug_handler(state = AppState)]
async fn derived(State(name): State<String>, subject: Subject) -> String {
    format!("{name} {subject}")
}

#[clerk_auth(accepts = "api_key", scopes = "write:notes")]
#[debug_handler(state = Arc<AppState>)]
async fn shared(
    State(state): State<Arc<AppState>>,
    scopes: Scopes,
    identity: ApiKey,
    Json(name): Json<String>,
) -> Result<String, String> {
    if identity.key_id().as_str() == name {
        Ok(scopes.to_string())
    } else {
        Err(state.name.clone())
    }
}

#[clerk_auth(optional)]
#[debug_handler(state = Clerk)]
async fn without_state(subject: Option<Subject>) -> String {
    subject.map(|subject| subject.to_string()).unwrap_or_default()
}

fn main() {
    let _: Router<AppState> = Router::new().route("/", get(derived));
    let _: Router<Arc<AppState>> = Router::new().route("/", post(shared));
    let _: Router<Clerk> = Router::new().route("/", get(without_state));
}
