use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "api_key", role = "org:admin")]
async fn handler() {}

fn main() {}
