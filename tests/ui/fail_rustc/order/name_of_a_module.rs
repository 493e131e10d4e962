use clerk_auth::clerk_auth;

mod notes {}

#[clerk_auth]
async fn notes() {}

fn main() {}
