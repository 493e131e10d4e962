use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth")]
async fn handler() {}

fn main() {}
