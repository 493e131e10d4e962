use clerk_auth::clerk_auth;

#[clerk_auth(policy = notes::ListNotes)]
async fn handler() {}

fn main() {}
