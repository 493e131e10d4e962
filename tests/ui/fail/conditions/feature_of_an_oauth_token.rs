use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", feature = "reports")]
async fn handler() {}

fn main() {}
