use clerk_auth::VerifiedToken;

#[derive(Clone)]
struct Mine;

impl VerifiedToken for Mine {}

fn main() {}
