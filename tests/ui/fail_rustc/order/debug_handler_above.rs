use axum::debug_handler;
use clerk_auth::{Clerk, Subject, clerk_auth};

#[debug_handler(state = Clerk)]
#[clerk_auth]
async fn handler(subject: Subject) -> String {
    subject.to_string()
}

fn main() {}
