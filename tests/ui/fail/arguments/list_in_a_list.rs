use clerk_auth::clerk_auth;

#[clerk_auth(accepts = [["oauth_token"]])]
async fn handler() {}

fn main() {}
