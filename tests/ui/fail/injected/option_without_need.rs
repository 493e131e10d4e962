use clerk_auth::{Scopes, clerk_auth};

#[clerk_auth(accepts = "api_key")]
async fn handler(scopes: Option<Scopes>) {
    drop(scopes);
}

fn main() {}
