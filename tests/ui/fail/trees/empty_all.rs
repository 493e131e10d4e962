use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = all())]
async fn handler() {}

fn main() {}
