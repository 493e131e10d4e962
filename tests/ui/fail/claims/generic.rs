use clerk_auth::clerk_auth;
use serde::de::DeserializeOwned;

#[clerk_auth]
async fn handler<T: DeserializeOwned>(claims: T) {
    drop(claims);
}

fn main() {}
