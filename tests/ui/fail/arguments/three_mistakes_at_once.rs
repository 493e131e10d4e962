use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth", scopes = "a a", realm = "x")]
async fn handler() {}

fn main() {}
