use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "api_key", scopes = [])]
async fn handler() {}

fn main() {}
