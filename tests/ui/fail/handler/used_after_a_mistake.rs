use axum::{Router, routing::get};
use clerk_auth::{Clerk, Scopes, clerk_auth};

#[clerk_auth(acepts = "oauth_token")]
async fn handler(scopes: Scopes) -> String {
    scopes.to_string()
}

fn main() {
    let _: Router<Clerk> = Router::new().route("/", get(handler));
    println!("{}", HandlerPolicy::POLICY);
}
