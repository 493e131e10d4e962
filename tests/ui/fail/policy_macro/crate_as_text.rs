use clerk_auth::{Policy, policy};

const NOTES: Policy = policy!(accepts = "api_key", crate = "clerk_auth");

fn main() {
    println!("{NOTES}");
}
