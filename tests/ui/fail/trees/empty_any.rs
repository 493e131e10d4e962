use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = any())]
async fn handler() {}

fn main() {}
