use clerk_auth::clerk_auth;

#[clerk_auth(optional, optional)]
async fn handler() {}

fn main() {}
