use clerk_auth::{Policy, clerk_auth, policy};

const ADMINS: Policy = policy!(role = "org:admin");

#[clerk_auth(ADMINS)]
async fn handler() {}

fn main() {
    println!("{ADMINS}");
}
