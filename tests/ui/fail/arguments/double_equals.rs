use clerk_auth::clerk_auth;

#[clerk_auth(accepts == ["oauth_token", "api_key"], scopes => "read:notes")]
async fn handler() {}

fn main() {}
