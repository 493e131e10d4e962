use clerk_auth::clerk_auth;

const READ_NOTES: &str = "read:notes";

#[clerk_auth(accepts = "oauth_token", scopes = READ_NOTES)]
async fn handler() {}

fn main() {}
