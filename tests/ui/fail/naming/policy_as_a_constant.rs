use clerk_auth::{Policy, clerk_auth, policy};

const ADMINS: Policy = policy!(role = "org:admin");

/// Without the error, this would let in every session.
#[clerk_auth(policy = ADMINS)]
async fn handler() {}

fn main() {
    println!("{ADMINS}");
}
