use clerk_auth::clerk_auth;

#[clerk_auth(reverification = second_factor(minutes = 0))]
async fn handler() {}

fn main() {}
