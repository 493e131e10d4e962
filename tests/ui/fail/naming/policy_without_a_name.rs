use clerk_auth::clerk_auth;

#[clerk_auth(policy)]
async fn handler() {}

fn main() {}
