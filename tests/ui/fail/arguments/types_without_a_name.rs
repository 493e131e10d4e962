use clerk_auth::clerk_auth;

#[clerk_auth("oauth_token", "api_key")]
async fn handler() {}

fn main() {}
