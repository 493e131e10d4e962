use clerk_auth::clerk_auth;
use serde::de::DeserializeOwned;

#[clerk_auth]
async fn handler(claims: impl DeserializeOwned) {
    drop(claims);
}

fn main() {}
