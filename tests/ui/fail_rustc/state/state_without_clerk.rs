use axum::{Router, routing::get};
use clerk_auth::clerk_auth;

#[derive(Clone)]
struct AppState;

#[clerk_auth]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler)).with_state(AppState);
}
