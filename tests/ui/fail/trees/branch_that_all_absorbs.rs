use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = all("admin", any("admin", "read:notes")))]
async fn handler() {}

fn main() {}
