use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes  write:notes")]
async fn handler() {}

fn main() {}
