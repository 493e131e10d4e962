use clerk_auth::clerk_auth;

#[clerk_auth(session_token(role = "org:admin", role = "org:member"))]
async fn handler() {}

fn main() {}
