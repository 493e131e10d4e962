use clerk_auth::clerk_auth;

const READ_NOTES: u8 = 4;

#[clerk_auth(accepts = "oauth_token", scopes = READ_NOTES)]
async fn handler() {}

fn main() {}
