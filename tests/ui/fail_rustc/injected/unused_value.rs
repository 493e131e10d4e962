#![deny(unused_variables)]

use clerk_auth::{Subject, clerk_auth};

#[clerk_auth]
async fn handler(subject: Subject) {}

fn main() {
    let _ = handler;
}
