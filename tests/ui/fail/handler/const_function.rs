use clerk_auth::clerk_auth;

#[clerk_auth]
const async fn handler() {}

fn main() {}
