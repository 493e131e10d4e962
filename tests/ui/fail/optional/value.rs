use clerk_auth::clerk_auth;

#[clerk_auth(optional = "ignore_expired_cookie")]
async fn handler() {}

fn main() {}
