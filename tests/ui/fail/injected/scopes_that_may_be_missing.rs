use clerk_auth::{Scopes, clerk_auth};

#[clerk_auth(accepts = "any")]
async fn handler(scopes: Scopes) {
    drop(scopes);
}

fn main() {}
