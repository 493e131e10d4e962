use clerk_auth::clerk_auth;

#[clerk_auth(crate = "renamed")]
async fn handler() {}

fn main() {}
