use clerk_auth::clerk_auth;

#[clerk_auth(accepts = ["oauth_token", "api_key"], audience = "https://api.example.com")]
async fn handler() {}

fn main() {}
