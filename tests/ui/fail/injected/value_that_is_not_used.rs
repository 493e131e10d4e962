use axum::{Router, routing::get};
use clerk_auth::{Clerk, Scopes, Subject, clerk_auth};

#[clerk_auth(accepts = "api_key")]
async fn handler(_subject: Subject, _: Scopes) {}

fn main() {
    let _: Router<Clerk> = Router::new().route("/", get(handler));
}
