#![deny(private_interfaces)]

use clerk_auth::clerk_auth;
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile {
    name: String,
}

#[clerk_auth]
pub async fn greet(claims: Profile) -> String {
    claims.name
}

fn main() {}
