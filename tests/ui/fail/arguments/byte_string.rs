use clerk_auth::clerk_auth;

#[clerk_auth(accepts = b"oauth_token")]
async fn handler() {}

fn main() {}
