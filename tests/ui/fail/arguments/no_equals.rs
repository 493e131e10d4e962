use clerk_auth::clerk_auth;

#[clerk_auth(accepts("api_key"))]
async fn a_call() {}

#[clerk_auth(accepts: "api_key", scopes("write:notes"))]
async fn a_colon_and_a_call() {}

#[clerk_auth(role != "org:admin")]
async fn a_negation() {}

#[clerk_auth(any(session_token, api_key))]
async fn a_group_of_types() {}

fn main() {}
