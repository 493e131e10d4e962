use clerk_auth::{Guard, clerk_auth};

#[clerk_auth(optional)]
async fn handler(guard: Option<Guard>) {
    drop(guard);
}

fn main() {}
