use clerk_auth::clerk_auth;

#[clerk_auth(session_token(optional))]
async fn handler() {}

fn main() {}
