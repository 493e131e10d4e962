use clerk_auth::clerk_auth;

#[clerk_auth(policy = "ListNotes")]
async fn handler() {}

fn main() {}
