use clerk_auth::clerk_auth;

#[clerk_auth(accepts = ["session_token", "api_key"], role = "org:admin")]
async fn handler() {}

fn main() {}
