use axum::debug_handler;
use clerk_auth::{Subject, clerk_auth};

#[clerk_auth]
#[debug_handler]
async fn handler(subject: Subject) -> String {
    subject.to_string()
}

fn main() {}
