use clerk_auth::clerk_auth;
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile {
    name: String,
}

#[clerk_auth(accepts = "oauth_token")]
async fn handler(claims: Profile) {
    drop(claims.name);
}

fn main() {}
