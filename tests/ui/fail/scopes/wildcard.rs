use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = "notes:*")]
async fn handler() {}

fn main() {}
