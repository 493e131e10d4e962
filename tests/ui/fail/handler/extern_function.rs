use clerk_auth::clerk_auth;

#[clerk_auth]
async extern "C" fn handler() {}

fn main() {}
