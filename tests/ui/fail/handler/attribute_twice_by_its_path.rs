use clerk_auth::clerk_auth;

#[clerk_auth]
/// Lists the notes.
#[clerk_auth::clerk_auth(accepts = "api_key")]
async fn handler() {}

fn main() {}
