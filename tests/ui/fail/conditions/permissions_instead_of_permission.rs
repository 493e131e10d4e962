use clerk_auth::clerk_auth;

#[clerk_auth(permissions = "org:notes:read")]
async fn handler() {}

fn main() {}
