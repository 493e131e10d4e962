use clerk_auth::clerk_auth;

#[clerk_auth(crate =)]
async fn handler() {}

fn main() {}
