use clerk_auth::{Scope, clerk_auth};

static READ_NOTES: Scope = Scope::new("read:notes");

#[clerk_auth(accepts = "oauth_token", scopes = READ_NOTES)]
async fn handler() {}

fn main() {}
