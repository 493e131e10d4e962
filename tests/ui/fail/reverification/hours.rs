use clerk_auth::clerk_auth;

#[clerk_auth(reverification = second_factor(hours = 1))]
async fn handler() {}

fn main() {}
