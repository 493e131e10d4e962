use clerk_auth::clerk_auth;

#[clerk_auth(policy_name = notes::ListNotes)]
async fn handler() {}

fn main() {}
