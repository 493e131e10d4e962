use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "session_token", audience = "https://api.example.com")]
async fn handler() {}

fn main() {}
