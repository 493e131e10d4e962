use clerk_auth::clerk_auth;

#[clerk_auth(permission = "read")]
async fn handler() {}

fn main() {}
