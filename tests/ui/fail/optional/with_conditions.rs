use clerk_auth::clerk_auth;

#[clerk_auth(optional(role = "org:admin"))]
async fn handler() {}

fn main() {}
