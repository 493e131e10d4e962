use axum::extract::State;
use clerk_auth::{Clerk, audit::Routes};

async fn handler(_clerk: State<Clerk>, _body: String) {}

fn main() {
    let _ = Routes::new().post("/", handler);
}
