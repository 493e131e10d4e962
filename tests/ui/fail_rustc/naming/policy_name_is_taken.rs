use clerk_auth::clerk_auth;

struct Notes;

#[clerk_auth(policy_name = Notes)]
async fn notes() {}

fn main() {}
