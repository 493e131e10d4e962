use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = ["admin", any("read:notes", "write:notes")])]
async fn handler() {}

fn main() {}
