use axum::{Router, routing::get};
use clerk_auth::{Clerk, Subject};

async fn handler(subject: Subject) -> String {
    subject.to_string()
}

fn main() {
    let _: Router<Clerk> = Router::new().route("/", get(handler));
}
