use clerk_auth::{SessionId, clerk_auth};

#[clerk_auth(accepts = "oauth_token")]
async fn handler(session_id: SessionId) {
    drop(session_id);
}

fn main() {}
