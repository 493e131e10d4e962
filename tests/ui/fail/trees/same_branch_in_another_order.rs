use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = any(all("a", "b"), all("b", "a")))]
async fn handler() {}

fn main() {}
