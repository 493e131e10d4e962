use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = any("admin", all("read:notes")))]
async fn handler() {}

fn main() {}
