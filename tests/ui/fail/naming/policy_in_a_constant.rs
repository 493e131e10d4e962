use clerk_auth::{Policy, clerk_auth, policy};

const READ_NOTES: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");

#[clerk_auth(policy = READ_NOTES)]
async fn list_notes() {}

fn main() {
    println!("{READ_NOTES}");
}
