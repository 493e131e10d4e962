use clerk_auth::clerk_auth;

#[clerk_auth(permission = any("org:notes:*", "org:reports:read"))]
async fn handler() {}

fn main() {}
