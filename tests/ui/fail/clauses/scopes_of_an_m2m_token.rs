use clerk_auth::clerk_auth;

#[clerk_auth(m2m_token(scopes = "mch_billing"))]
async fn handler() {}

fn main() {}
