use clerk_auth::clerk_auth;

#[clerk_auth(feature = all("user:reports", "reports"))]
async fn handler() {}

fn main() {}
