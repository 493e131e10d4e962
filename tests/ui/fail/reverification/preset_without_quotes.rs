use clerk_auth::clerk_auth;

#[clerk_auth(reverification = strict)]
async fn handler() {}

fn main() {}
