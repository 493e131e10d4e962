use clerk_auth::clerk_auth;

#[clerk_auth(oauth_token(scope = "read:notes"))]
async fn handler() {}

fn main() {}
