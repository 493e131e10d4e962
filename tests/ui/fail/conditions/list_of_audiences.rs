use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", audience = ["https://api.example.com"])]
async fn handler() {}

fn main() {}
