use clerk_auth::clerk_auth;

#[clerk_auth(optional = true)]
async fn handler() {}

fn main() {}
