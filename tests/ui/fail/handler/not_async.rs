use clerk_auth::clerk_auth;

#[clerk_auth]
fn handler() {}

fn main() {}
