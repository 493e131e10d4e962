use clerk_auth::clerk_auth;

#[clerk_auth(optional = "ignore_expired_cookies")]
async fn handler() {}

fn main() {}
