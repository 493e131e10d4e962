use clerk_auth::{Policy, policy};

const NOTES: Policy = policy!("oauth_token");

fn main() {
    println!("{NOTES}");
}
