use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "m2m_token", permission = "org:notes:read")]
async fn handler() {}

fn main() {}
