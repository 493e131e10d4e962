use clerk_auth::clerk_auth;

#[clerk_auth(plan = "")]
async fn handler() {}

fn main() {}
