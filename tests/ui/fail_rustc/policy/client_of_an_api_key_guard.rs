use clerk_auth::{Guard, clerk_auth};

#[clerk_auth(accepts = "api_key")]
async fn handler() {}

fn read(guard: &Guard<HandlerPolicy>) {
    guard.client_id();
}

fn main() {}
