use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "m2m_token", scopes = "read:notes")]
async fn handler() {}

fn main() {}
