use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "m2m_token", from = ["billing"])]
async fn handler() {}

fn main() {}
