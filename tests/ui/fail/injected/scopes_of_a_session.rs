use clerk_auth::{Scopes, clerk_auth};

#[clerk_auth]
async fn handler(scopes: Scopes) {
    drop(scopes);
}

fn main() {}
