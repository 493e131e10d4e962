use axum::{Router, routing::get};
use clerk_auth::{Clerk, audit::Routes};

async fn handler() {}

fn main() {
    let _ = Routes::<Clerk>::new().merge(Router::new().route("/", get(handler)));
}
