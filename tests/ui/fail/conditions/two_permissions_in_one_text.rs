use clerk_auth::clerk_auth;

#[clerk_auth(permission = "org:notes:read org:notes:manage")]
async fn handler() {}

fn main() {}
