use clerk_auth::{Policy, policy};

const NOTES: Policy = policy!(acepts = "oauth_token");

fn main() {
    println!("{NOTES}");
}
