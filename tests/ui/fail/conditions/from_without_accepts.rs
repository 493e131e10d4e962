use clerk_auth::clerk_auth;

#[clerk_auth(from = ["mch_billing"])]
async fn handler() {}

fn main() {}
