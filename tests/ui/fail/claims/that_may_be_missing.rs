use clerk_auth::clerk_auth;
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile {
    name: String,
}

#[clerk_auth(accepts = ["session_token", "api_key"])]
async fn handler(claims: Profile) {
    drop(claims.name);
}

fn main() {}
