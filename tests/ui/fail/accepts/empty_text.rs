use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "")]
async fn handler() {}

fn main() {}
