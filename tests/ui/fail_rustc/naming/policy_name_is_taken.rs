use clerk_auth::clerk_auth;

struct Notes;

#[clerk_auth(policy = Notes)]
async fn notes() {}

fn main() {}
