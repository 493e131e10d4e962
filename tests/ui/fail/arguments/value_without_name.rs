use clerk_auth::clerk_auth;

#[clerk_auth("oauth_token")]
async fn handler() {}

fn main() {}
