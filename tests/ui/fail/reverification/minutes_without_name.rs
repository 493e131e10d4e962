use clerk_auth::clerk_auth;

#[clerk_auth(reverification = second_factor(5))]
async fn handler() {}

fn main() {}
