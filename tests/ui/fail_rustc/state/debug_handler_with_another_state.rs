use axum::debug_handler;
use clerk_auth::clerk_auth;

#[derive(Clone)]
struct AppState;

#[clerk_auth]
#[debug_handler(state = AppState)]
async fn list_notes() {}

fn main() {}
