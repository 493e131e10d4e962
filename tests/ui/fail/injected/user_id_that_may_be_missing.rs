use clerk_auth::{UserId, clerk_auth};

#[clerk_auth(accepts = "api_key")]
async fn handler(user_id: UserId) {
    drop(user_id);
}

fn main() {}
