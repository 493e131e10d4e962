use clerk_auth::clerk_auth;

#[clerk_auth(session_token(scopes = "read:notes"))]
async fn handler() {}

fn main() {}
