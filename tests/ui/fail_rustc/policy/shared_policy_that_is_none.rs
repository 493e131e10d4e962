use clerk_auth::clerk_auth;

struct Notes;

#[clerk_auth(policy = Notes)]
async fn list_notes() {}

fn main() {}
