use axum::{Router, routing::get};
use clerk_auth::{Clerk, clerk_auth};

#[clerk_auth(accepts = "oauth_token")]
async fn handler(user_id: String, scopes: Vec<String>) -> String {
    format!("{user_id} {}", scopes.len())
}

fn main() {
    let _: Router<Clerk> = Router::new().route("/", get(handler));
}
