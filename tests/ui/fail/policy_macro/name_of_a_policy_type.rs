use clerk_auth::{Policy, policy};

const NOTES: Policy = policy!(accepts = "oauth_token", policy = Notes);

fn main() {
    println!("{NOTES}");
}
