use clerk_auth::clerk_auth;

#[clerk_auth(accepts = "api_key", scopes = "read:notes, write:notes")]
async fn in_a_text() {}

#[clerk_auth(accepts = "api_key", scopes = any("admin", "read:notes,write:notes"))]
async fn in_a_group() {}

fn main() {}
