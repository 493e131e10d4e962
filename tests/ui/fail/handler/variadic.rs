use axum::extract::Path;
use clerk_auth::clerk_auth;

#[clerk_auth]
async fn handler(Path(id): Path<u64>, _: ...) {
    drop(id);
}

fn main() {}
