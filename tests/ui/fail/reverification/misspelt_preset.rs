use clerk_auth::clerk_auth;

#[clerk_auth(reverification = "strickt")]
async fn handler() {}

fn main() {}
