use clerk_auth::clerk_auth;

#[clerk_auth(session_token, oauth_token(permission = "org:notes:read"))]
async fn handler() {}

fn main() {}
