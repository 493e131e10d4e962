use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = "read:nötes")]
async fn handler() {}

fn main() {}
