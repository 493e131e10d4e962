use clerk_auth::clerk_auth;

#[clerk_auth(scopes = "read:notes")]
async fn handler() {}

fn main() {}
