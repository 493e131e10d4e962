use clerk_auth::{Scope, clerk_auth};

const READ_NOTES: Scope = Scope::new("read:notes");

#[clerk_auth(accepts = "oauth_token", scopes = READ_NOTE)]
async fn handler() {}

fn main() {
    println!("{READ_NOTES}");
}
