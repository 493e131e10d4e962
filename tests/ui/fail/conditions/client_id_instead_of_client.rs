use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", client_id = "client_dashboard")]
async fn handler() {}

fn main() {}
