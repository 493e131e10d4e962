#![deny(dead_code)]

use clerk_auth::clerk_auth;

#[clerk_auth]
async fn handler() {}

fn main() {}
