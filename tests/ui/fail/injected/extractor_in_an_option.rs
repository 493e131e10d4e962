use axum::extract::Path;
use clerk_auth::clerk_auth;

#[clerk_auth]
async fn handler(user_id: Option<Path<String>>) {
    drop(user_id);
}

fn main() {}
