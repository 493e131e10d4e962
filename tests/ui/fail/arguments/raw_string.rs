use clerk_auth::clerk_auth;

#[clerk_auth(accepts = r"oauth_token")]
async fn handler() {}

fn main() {}
