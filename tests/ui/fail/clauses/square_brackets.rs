use clerk_auth::clerk_auth;

#[clerk_auth(oauth_token[scopes = "read:notes"])]
async fn handler() {}

fn main() {}
