use clerk_auth::{Policy, policy};

const NOTES: Policy = policy!(oauth_token(scopes = any("admin", all("admin", "read:notes"))));

fn main() {
    println!("{NOTES}");
}
