use clerk_auth::clerk_auth;

#[clerk_auth(token_type = "oauth_token", required = false)]
async fn handler() {}

fn main() {}
