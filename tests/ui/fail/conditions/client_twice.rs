use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", client = ["client_dashboard", "client_dashboard"])]
async fn handler() {}

fn main() {}
