use clerk_auth::{SessionToken, clerk_auth};

#[clerk_auth(session_token, oauth_token)]
async fn handler(identity: SessionToken) {
    drop(identity);
}

fn main() {}
