use clerk_auth::clerk_auth;

#[clerk_auth(reverification = second_factor)]
async fn handler() {}

fn main() {}
