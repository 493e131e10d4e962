use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = not("admin"))]
async fn handler() {}

fn main() {}
