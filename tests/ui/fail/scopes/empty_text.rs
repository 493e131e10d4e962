use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = "")]
async fn handler() {}

fn main() {}
