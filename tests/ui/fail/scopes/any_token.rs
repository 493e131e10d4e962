use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "any", scopes = "read:notes")]
async fn handler() {}

fn main() {}
