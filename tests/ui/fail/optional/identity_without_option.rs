use clerk_auth::{ApiKey, clerk_auth};

#[clerk_auth(accepts = "api_key", optional)]
async fn handler(identity: ApiKey) {
    drop(identity);
}

fn main() {}
