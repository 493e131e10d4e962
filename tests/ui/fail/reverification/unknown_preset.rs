use clerk_auth::clerk_auth;

#[clerk_auth(reverification = "hourly")]
async fn handler() {}

fn main() {}
