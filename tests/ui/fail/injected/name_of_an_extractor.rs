use axum::extract::Path;
use clerk_auth::clerk_auth;

#[clerk_auth]
async fn handler(subject: Path<String>) {
    drop(subject);
}

fn main() {}
