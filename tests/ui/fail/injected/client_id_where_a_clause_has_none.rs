use clerk_auth::{ClientId, clerk_auth};

#[clerk_auth(oauth_token, api_key(scopes = "read:notes"))]
async fn handler(client_id: ClientId) {
    drop(client_id);
}

fn main() {}
