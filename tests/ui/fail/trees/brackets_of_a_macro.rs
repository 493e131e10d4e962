use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = any!["read:notes", "admin"])]
async fn handler() {}

fn main() {}
