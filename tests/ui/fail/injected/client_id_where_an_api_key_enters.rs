use clerk_auth::{ClientId, clerk_auth};

#[clerk_auth(accepts = ["oauth_token", "api_key"])]
async fn handler(client_id: ClientId) {
    drop(client_id);
}

fn main() {}
