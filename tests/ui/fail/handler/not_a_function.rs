use clerk_auth::clerk_auth;

#[clerk_auth]
struct Notes;

fn main() {}
