use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "m2m_token", reverification = "strict")]
async fn handler() {}

fn main() {}
