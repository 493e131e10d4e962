use clerk_auth::clerk_auth;

#[clerk_auth(accepts = ["m2m_token", "api_key"], plan = "pro")]
async fn handler() {}

fn main() {}
