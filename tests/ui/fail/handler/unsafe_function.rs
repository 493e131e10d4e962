use clerk_auth::clerk_auth;

#[clerk_auth]
async unsafe fn handler() {}

fn main() {}
