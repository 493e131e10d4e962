use clerk_auth::clerk_auth;

#[clerk_auth(any(session_token, oauth_token))]
async fn handler() {}

fn main() {}
