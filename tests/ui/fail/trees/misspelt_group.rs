use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "oauth_token", scopes = al("read:notes", "write:notes"))]
async fn handler() {}

fn main() {}
