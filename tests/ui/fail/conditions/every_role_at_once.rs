use clerk_auth::clerk_auth;

#[clerk_auth(role = all("org:admin", "org:member"))]
async fn handler() {}

fn main() {}
