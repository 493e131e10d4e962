use clerk_auth::{Guard, clerk_auth};

#[clerk_auth]
async fn handler(guard: Guard<handler>) {
    drop(guard);
}

fn main() {}
