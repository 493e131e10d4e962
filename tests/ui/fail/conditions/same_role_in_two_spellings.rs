use clerk_auth::clerk_auth;

#[clerk_auth(role = any("org:admin", "admin"))]
async fn handler() {}

fn main() {}
