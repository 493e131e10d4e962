use clerk_auth::{Policy, policy};

const NOTES: Policy = policy!(scopes = "read:notes");

fn main() {
    println!("{NOTES}");
}
