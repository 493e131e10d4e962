use clerk_auth::clerk_auth;

#[clerk_auth(feature = "team:reports")]
async fn handler() {}

fn main() {}
