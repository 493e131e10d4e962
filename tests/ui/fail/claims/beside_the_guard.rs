use clerk_auth::{Guard, clerk_auth};
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile {
    name: String,
}

#[clerk_auth]
async fn handler(guard: Guard, claims: Profile) {
    drop((guard.subject(), claims.name));
}

fn main() {}
