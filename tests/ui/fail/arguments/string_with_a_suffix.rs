use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token"text)]
async fn handler() {}

fn main() {}
