use clerk_auth::clerk_auth;
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile {
    name: String,
}

#[clerk_auth]
async fn handler(claims: Option<Profile>) {
    drop(claims.map(|claims| claims.name));
}

fn main() {}
