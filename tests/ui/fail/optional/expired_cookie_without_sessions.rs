use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "api_key", optional = "ignore_expired_cookie")]
async fn handler() {}

fn main() {}
