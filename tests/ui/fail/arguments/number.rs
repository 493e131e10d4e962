use clerk_auth::clerk_auth;

#[clerk_auth(accepts = 4)]
async fn handler() {}

fn main() {}
