use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = "admin or read:notes")]
async fn handler() {}

fn main() {}
