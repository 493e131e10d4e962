use axum::{Router, routing::get};
use clerk_auth::{Clerk, Subject, clerk_auth};

#[clerk_auth]
async fn handler(user: Subject) {
    drop(user);
}

fn main() {
    let _: Router<Clerk> = Router::new().route("/", get(handler));
}
