use clerk_auth::{OAuthToken, clerk_auth};

#[clerk_auth]
async fn handler(identity: OAuthToken) {
    drop(identity);
}

fn main() {}
