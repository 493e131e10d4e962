use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "api_key", client = ["client_dashboard"])]
async fn handler() {}

fn main() {}
