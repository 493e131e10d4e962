use clerk_auth::clerk_auth;

#[clerk_auth(reverification = any("strict", "lax"))]
async fn handler() {}

fn main() {}
