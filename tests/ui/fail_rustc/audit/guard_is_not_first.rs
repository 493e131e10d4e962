use axum::extract::State;
use clerk_auth::{Clerk, Guard, audit::Routes, clerk_auth};

#[clerk_auth]
async fn other() {}

async fn handler(_clerk: State<Clerk>, _guard: Guard<OtherPolicy>) {}

fn main() {
    let _ = Routes::new().get("/other", other).post("/", handler);
}
