use clerk_auth::clerk_auth;
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile {
    name: String,
}

#[clerk_auth]
async fn handler(#[cfg(all())] claims: Profile) {
    drop(claims.name);
}

fn main() {}
