use clerk_auth::clerk_auth;

#[clerk_auth(accepts = ["any", "api_key"])]
async fn handler() {}

fn main() {}
