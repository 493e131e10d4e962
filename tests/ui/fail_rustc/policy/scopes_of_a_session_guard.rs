use clerk_auth::{Guard, clerk_auth};

#[clerk_auth]
async fn handler() {}

fn read(guard: &Guard<HandlerPolicy>) {
    guard.scopes();
}

fn main() {}
