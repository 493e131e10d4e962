use clerk_auth::clerk_auth;

#[clerk_auth]
async fn handler(user_id: String) {
    drop(user_id);
}

fn main() {}
