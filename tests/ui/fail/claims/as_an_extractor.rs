use axum::Json;
use clerk_auth::clerk_auth;
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile {
    name: String,
}

#[clerk_auth]
async fn handler(claims: Json<Profile>) {
    drop(claims.0.name);
}

fn main() {}
