use clerk_auth::clerk_auth;

#[clerk_auth(reverification = second_factor(minutes = 100_000))]
async fn handler() {}

fn main() {}
