use axum::{Router, routing::get};
use clerk_auth::{Clerk, Guard, clerk_auth};

#[clerk_auth]
async fn handler(_guard: Guard) {}

fn main() {
    let _: Router<Clerk> = Router::new().route("/", get(handler));
}
